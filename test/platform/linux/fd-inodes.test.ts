import fs from 'node:fs';
import net from 'node:net';
import { expect, test } from 'vitest';
import { openFdInodes, parseSocketLink } from '../../../src/platform/linux/fd-inodes.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { replaceLibc } from './fake-libc.ts';
import { den } from './folder-machine.ts';

test.each([
  ['socket:[4026]', 4026],
  ['socket:[4294967295]', 4_294_967_295],
  ['socket:[', 0],
  ['socket:[x]', 0],
  ['socket:[12abc]', 0],
  ['socket:[4026', 0],
  ['pipe:[4026]', 0],
  ['/tmp/socket:[4026]', 0],
])('the inode in %j', (target, inode) => expect(parseSocketLink(target)).toBe(inode));

test('reads the links of a machine as files', () => {
  const links = openFdInodes(den, '/proc/612/fd');
  expect([0, 1, 3].map((fd) => links.read(fd))).toEqual([0, 19_000, 20_001]);
  expect(() => links.read(77)).toThrow('ENOENT');
  links.close();
});

test.skipIf(process.platform !== 'linux')('reads the links of this process', async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  const file = fs.openSync(import.meta.filename, 'r');
  const links = openFdInodes(openHost(null, realClock), `/proc/${process.pid}/fd`);
  expect(links.read(fd)).toBe(fs.fstatSync(fd).ino);
  expect(links.read(file)).toBe(0);
  expect(() => links.read(9_999_999)).toThrow('ENOENT');
  links.close();
  fs.closeSync(file);
  server.close();
});

test.skipIf(process.platform !== 'linux').each([
  ['socket:[4026]', 4026],
  ['socket:[4294967295]', 4_294_967_295],
  ['socket:[0]', 0],
  ['socket;[4026]', 0],
  ['socket:(4026)', 0],
  ['pipe:[4026]', 0],
  ['/dev/null', 0],
  [null, 77],
])('the kernel says that a link is %j', (target, inode) => {
  const asked: unknown[] = [];
  replaceLibc({
    readlinkat(folder, name, bytes, size) {
      asked.push([folder > 2, Buffer.from(name).toString('latin1').split('\0', 1)[0], size]);
      return target === null ? -1 : Buffer.from(target).copy(bytes);
    },
  });
  // what the call refuses is asked for by its path
  const links = openFdInodes(
    { ...den, root: null, link: (file) => `socket:[${file === '/proc/self/fd/7' ? 77 : 1}]` },
    '/proc/self/fd',
  );
  expect(links.read(7)).toBe(inode);
  expect(asked).toEqual([[true, '7', 32]]);
  links.close();
});
