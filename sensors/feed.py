"""Packets in, blocks out: decoding and placing, the same live and when a journal is read again."""

from collections.abc import Iterable

from sensors.decoders import decode
from sensors.errors import PacketError
from sensors.model import Block, Packet, Stream
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

    def take(self, packet: Packet) -> list[Block]:
        """Return the samples of a packet in their place; none if its bytes are not understood."""
        placer = self.placers[packet.stream]
        try:
            decoded = decode(packet, placer.stream)
        except PacketError:
            self.rejected[packet.stream] += 1
            return []
        return [block for part in decoded if (block := placer.feed(packet, part)) is not None]
