"""Packets in, blocks out: decoding and placing, the same live and when a journal is read again."""

from collections.abc import Iterable

from sensors.decoders import Decoder, decoder_of, rows_of, stream_of
from sensors.errors import PacketError
from sensors.model import Block, Decoded, Packet, Stream
from sensors.place import Placer


class Feed:
    """Decodes and places the packets of some streams.

    Parameters
    ----------
    streams : iterable of Stream

    Attributes
    ----------
    placers : dict of str to Placer
        With the counts of what was received and lost, and the clock, of each stream.
    rejected : dict of str to int
        Packets of each stream whose bytes were not understood; they are in the journal all the same.
    """

    def __init__(self, streams: Iterable[Stream]) -> None:
        self.placers = {stream.name: Placer(stream) for stream in streams}
        self.rejected = dict.fromkeys(self.placers, 0)
        self._decoders: dict[str, Decoder] = {}

    def take(self, packet: Packet) -> list[Block]:
        """Return the samples of a packet in their place; none if its bytes are not understood."""
        blocks = [] if packet.raw else self._begin_anew(packet.stream)
        try:
            decoded = self._decoder(packet.stream)(packet.raw)
        except PacketError:
            self.rejected[packet.stream] += 1
            return blocks
        placed = (self._place(packet, part) for part in decoded)
        return blocks + [block for block in placed if block is not None]

    def finish(self) -> list[Block]:
        """Return what was held back until more came; after it nothing may come any more."""
        settled = (placer.finish() for placer in self.placers.values())
        return [block for block in settled if block is not None]

    def _begin_anew(self, stream: str) -> list[Block]:
        of_stream = [
            placer.begin_anew()
            for name, placer in self.placers.items()
            if name == stream or name.startswith(f"{stream}-")
        ]
        return [block for block in of_stream if block is not None]

    def _decoder(self, name: str) -> Decoder:
        if name not in self._decoders:
            self._decoders[name] = decoder_of(self.placers[name].stream)
        return self._decoders[name]

    def _place(self, packet: Packet, part: Decoded) -> Block | None:
        placer = self.placers.get(stream_of(part, packet.stream))
        if placer is None:
            # The device sends more than was asked for; the bytes are in the journal.
            return None
        try:
            return placer.feed(packet, rows_of(part, placer.stream))
        except PacketError:
            self.rejected[packet.stream] += 1
            return None
