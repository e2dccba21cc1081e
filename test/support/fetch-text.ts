import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a URL answers to a process of its own in a network namespace; null is that of the test. */
export async function fetchText(netns: string | null, url: string): Promise<string> {
  const enter = netns === null ? [] : ['ip', 'netns', 'exec', netns];
  const script = `fetch(${JSON.stringify(url)}).then(async (answer) => process.stdout.write(await answer.text()))`;
  const [first, ...rest] = [...enter, process.execPath, '-e', script];
  return (await promisify(execFile)(first!, rest, { maxBuffer: 64 * 1024 * 1024 })).stdout;
}
