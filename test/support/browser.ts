import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

/** What a page asked for and did while it was shown. */
export interface Shown {
  /** Addresses that were asked for, but for the page itself. */
  readonly requests: readonly string[];
  /** What its policy forbade, and other complaints of the browser. */
  readonly complaints: readonly string[];
  /** Scripts that were parsed, by the first characters of their text or name. */
  readonly scripts: number;
}

export interface Look {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

/** A Chromium without a window, spoken to by a pipe (Chrome DevTools Protocol). */
export interface Browser {
  /** Shows a file, and waits until it is loaded and had a moment to do what it should not. */
  show(file: string, look?: Look): Promise<Shown>;
  /** What an expression has in the page, by the browser itself. */
  evaluate(expression: string): Promise<unknown>;
  /** The whole page as a PNG, as it was last shown. */
  picture(): Promise<Buffer>;
  pdf(): Promise<Buffer>;
  close(): Promise<void>;
}

type Message = {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: unknown;
  sessionId?: string;
};

const MOMENT_MS = 300;
const HEIGHT = 900;

export async function openBrowser(): Promise<Browser> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-browser-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--hide-scrollbars',
    '--disable-dev-shm-usage',
  ];
  const child: ChildProcess = spawn(
    'chromium',
    [...flags, '--remote-debugging-pipe', `--user-data-dir=${home}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: home } },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const out = child.stdio[3] as Writable;
  const answers = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const listeners: ((message: Message) => void)[] = [];
  out.on('error', () => {});
  void ended.then(() => {
    for (const { reject } of answers.values()) reject(new Error('chromium ended'));
  });
  let pending = '';
  (child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
    const messages = (pending + text).split('\0');
    pending = messages.pop()!;
    for (const one of messages) {
      const message = JSON.parse(one) as Message;
      const asked = message.id === undefined ? undefined : answers.get(message.id);
      if (asked === undefined) for (const listener of listeners) listener(message);
      else if (message.error === undefined) asked.resolve(message.result);
      else asked.reject(new Error(JSON.stringify(message.error)));
    }
  });
  let ids = 0;
  let sessionId: string | undefined;
  const call = <T>(method: string, params: object = {}): Promise<T> => {
    const id = ++ids;
    out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise<T>((resolve, reject) =>
      answers.set(id, { resolve: resolve as (value: unknown) => void, reject }),
    );
  };
  const { targetId } = await call<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  ({ sessionId } = await call<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true }));
  for (const domain of ['Page', 'Network', 'Log', 'Debugger']) await call(`${domain}.enable`);
  return {
    async show(file, { width, scheme } = { width: 1200, scheme: 'light' }) {
      const url = pathToFileURL(file).href;
      const requests: string[] = [];
      const complaints: string[] = [];
      let scripts = 0;
      const loaded = new Promise<void>((resolve) =>
        listeners.push(({ method, params }) => {
          if (method === 'Page.loadEventFired') resolve();
          if (method === 'Debugger.scriptParsed') scripts++;
          if (method === 'Log.entryAdded') complaints.push((params!.entry as { text: string }).text);
          if (method !== 'Network.requestWillBeSent') return;
          const asked = (params!.request as { url: string }).url;
          if (asked !== url) requests.push(asked);
        }),
      );
      await call('Emulation.setDeviceMetricsOverride', { width, height: HEIGHT, deviceScaleFactor: 1, mobile: false });
      await call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
      await call('Page.navigate', { url });
      await loaded;
      await new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
      listeners.length = 0;
      return { requests, complaints, scripts };
    },
    async evaluate(expression) {
      const { result } = await call<{ result: { value: unknown } }>('Runtime.evaluate', {
        expression,
        returnByValue: true,
      });
      return result.value;
    },
    async picture() {
      const { data } = await call<{ data: string }>('Page.captureScreenshot', { captureBeyondViewport: true });
      return Buffer.from(data, 'base64');
    },
    async pdf() {
      const { data } = await call<{ data: string }>('Page.printToPDF', {
        printBackground: false,
        preferCSSPageSize: true,
      });
      return Buffer.from(data, 'base64');
    },
    async close() {
      child.kill();
      await ended;
      fs.rmSync(home, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
