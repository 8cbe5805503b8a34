"""How samples arrive: radios, clocks and decoders. Nothing here yet."""
