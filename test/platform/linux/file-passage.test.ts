import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { openFilePassage, receiveFile, sendFile } from '../../../src/platform/linux/file-passage.ts';
import { replaceLibc } from './fake-libc.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-passage-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const isLinux = process.platform === 'linux';

test.runIf(isLinux)(
  'files come in turn, each as a descriptor of its own that stays when the sent one is closed',
  () => {
    const { sender, receiver } = openFilePassage()!;
    const names = ['a', 'b'].map((name) => path.join(folder, name));
    for (const name of names) {
      const fd = fs.openSync(name, 'wx');
      sendFile(sender, fd);
      fs.closeSync(fd);
    }
    for (const name of names) {
      const fd = receiveFile(receiver)!;
      fs.writeSync(fd, `to ${path.basename(name)}`);
      fs.closeSync(fd);
    }
    expect(names.map((name) => fs.readFileSync(name, 'utf8'))).toEqual(['to a', 'to b']);
    fs.closeSync(sender);
    fs.closeSync(receiver);
  },
);

test.runIf(isLinux)('that none will come is said, or is known because nobody is there', () => {
  const { sender, receiver } = openFilePassage()!;
  const fd = fs.openSync(path.join(folder, 'c'), 'wx');
  sendFile(sender, fd);
  sendFile(sender, null);
  const first = receiveFile(receiver)!;
  // what was left of the message before is not a file
  expect([first > 0, receiveFile(receiver)]).toEqual([true, null]);
  fs.closeSync(sender);
  expect(receiveFile(receiver)).toBeNull();
  for (const open of [fd, first, receiver]) fs.closeSync(open);
});

test.runIf(isLinux)('a call that a signal interrupts is made again', () => {
  const { sender, receiver } = openFilePassage()!;
  let calls = 0;
  replaceLibc({ recvmsg: () => (++calls < 3 ? -1 : 0), errno: () => 4 });
  expect([receiveFile(receiver), calls]).toEqual([null, 3]);
  fs.closeSync(sender);
  fs.closeSync(receiver);
});

test.runIf(isLinux)('who is gone gets no file, and that is a failure', () => {
  const { sender, receiver } = openFilePassage()!;
  fs.closeSync(receiver);
  expect(() => sendFile(sender, 1)).toThrow(Failure);
  expect(() => sendFile(sender, null)).toThrow('a file cannot be passed to the capturing process: errno 32');
  fs.closeSync(sender);
});

test.runIf(isLinux)('there is none where the system has no such sockets, or no C library', () => {
  replaceLibc({ socketpair: () => -1 });
  expect(openFilePassage()).toBeNull();
  replaceLibc({
    socketpair: () => {
      throw new Error('no symbol');
    },
  });
  expect(openFilePassage()).toBeNull();
});
