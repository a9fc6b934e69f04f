"""`python -m bench.far PORT TARGET SECONDS`: a line to a server far away.

What the server says arrives so many seconds later, in order and without a limit on how much is under way: the round
trip of a network. Whoever waits for an answer to each command pays it for each command.
"""

import asyncio
import sys


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    while data := await reader.read(65536):
        if seconds:
            loop.call_later(seconds, writer.write, data)
        else:
            writer.write(data)
            await writer.drain()
    loop.call_later(seconds, writer.close)


async def main(port: int, target: int, seconds: float) -> None:
    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(_carry(reader, ours, 0.0), _carry(theirs, writer, seconds), return_exceptions=True)

    server = await asyncio.start_server(connect, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
