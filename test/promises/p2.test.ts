import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { readCapture } from '../support/captures.ts';
import { noLiveCapture, openLiveScene, until } from '../support/live-scene.ts';
import { threadsOf, uidOf } from '../support/threads.ts';
import { promised } from './promise.ts';

const USER = 1234;
const NOBODY = 65_534;
const OPTIONS = [[], ['-f', 'udp', '--force'], ['--rotate-size', '500']];

promised(
  {
    id: 'P2',
    says: 'sudo netwatch becomes the user who called sudo, or nobody when there is no such user. A file that it writes belongs to that user if that user could have created it, otherwise to root, and has mode 0600.',
    tested:
      'Users of running captures; owners and modes of files that are written in a folder of the caller and in a folder of root: new, replaced, filtered and rotated files.',
    notPromised: 'There is no --no-drop: --sandbox off keeps the privileges, and says so.',
    skipped: noLiveCapture,
    timeoutMs: 180_000,
  },
  async () => {
    const scene = openLiveScene('p2');
    try {
      fs.chmodSync(scene.folder, 0o711);
      const sudo = ['env', `SUDO_UID=${USER}`, `SUDO_GID=${USER}`];
      for (const [before, uid] of [
        [sudo, USER],
        [[], NOBODY],
      ] as const) {
        const run = scene.start(['capture', '-i', 'lo'], before);
        await run.capturing;
        await until(() => uidOf(threadsOf(run.pid)) === uid);
        run.child.kill('SIGINT');
        expect((await run.ended).status).toBe(0);
      }
      let files = 0;
      for (const owner of [USER, 0]) {
        for (const options of OPTIONS) {
          const folder = fs.mkdtempSync(path.join(scene.folder, 'of-'));
          fs.chmodSync(folder, 0o755);
          fs.chownSync(folder, owner, owner);
          const file = path.join(folder, 'own.pcap');
          if (options.includes('--force')) fs.writeFileSync(file, 'old');
          const run = scene.start(['capture', '-i', 'lo', '--bpf', 'udp', '-c', '9', '-w', file, ...options], sudo);
          await run.capturing;
          const script = 'for i in $(seq 60); do echo netwatch > /dev/udp/127.0.0.1/9; sleep 0.01; done';
          spawnSync('ip', ['netns', 'exec', scene.name, 'bash', '-c', script]);
          expect([options, await run.ended]).toEqual([options, expect.objectContaining({ status: 0 })]);
          let frames = 0;
          for (const name of fs.readdirSync(folder)) {
            const { uid, gid, mode } = fs.statSync(path.join(folder, name));
            expect([options, uid, gid, mode & 0o7777]).toEqual([options, owner, owner, 0o600]);
            frames += (await readCapture(fs.readFileSync(path.join(folder, name)))).frames.length;
            files++;
          }
          expect(frames).toBe(9);
        }
      }
      return `${files} files of ${2 * OPTIONS.length} captures: each has mode 0600 and the right owner`;
    } finally {
      scene.remove();
    }
  },
);
