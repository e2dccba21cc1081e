import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECTIONS } from '../../../src/core/html/sections/all.ts';
import { type Browser, openBrowser } from '../../support/browser.ts';
import { pageOf, rowWith } from '../../support/pages.ts';
import { probeHistory } from '../../support/probe-history.ts';
import { BIN, ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-page-'));
fs.chmodSync(folder, 0o755);
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

/** What all pages together asked of a server that they name. */
let asked: string[] = [];
const server = http.createServer((request, response) => {
  asked.push(request.url ?? '');
  response.end('document.title = "obeyed"');
});
let address = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

/** Text that becomes a script, a request or a style where it is not escaped. */
const cruelText = (): string =>
  [
    `<script>document.title = 'obeyed'</script><script src="${address}/script"></script>`,
    `<img src="${address}/img" onerror="document.title = 'obeyed'">`,
    `"><svg onload="document.title = 'obeyed'"><image href="${address}/image"/></svg>`,
    `' onfocus='document.title = 1' autofocus='`,
    `</style><style>@import '${address}/css'; * { background: url(${address}/bg) }</style>`,
    `</title></desc></text></svg><iframe src="${address}/frame"></iframe><meta http-equiv="refresh" content="0;url=${address}/meta">`,
    `<link rel="stylesheet" href="${address}/link"><base href="${address}/base/"><object data="${address}/object"></object>`,
    `*/ } body { background: url(${address}/body) } /* \u202e\u2066\u200b\x1b[2J`,
  ].join(' ');

describe.skipIf(toolIsMissing('chromium'))('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => browser?.close());
  const titleOf = (): Promise<unknown> => browser.evaluate('document.title');

  test('text of strangers in every field runs no script, asks for nothing and hides nothing', async () => {
    const text = cruelText();
    const sections = SECTIONS.flatMap(({ tables }) =>
      tables.map((table) => ({ table, rows: [rowWith(table, text, 7)] })),
    );
    fs.writeFileSync(at('cruel.html'), await pageOf(sections, 'cruel'));
    asked = [];
    expect(await browser.show(at('cruel.html'))).toEqual({ requests: [], complaints: [], scripts: 0 });
    expect([await titleOf(), asked]).toEqual(['cruel – netwatch', []]);
    expect(await browser.evaluate('document.querySelectorAll("script,img,iframe,link,object,image,base").length')).toBe(
      0,
    );
    // each cell that has the text shows it
    expect(
      await browser.evaluate(
        '[...document.querySelectorAll("td")].some((one) => one.textContent.startsWith("<script>document.title"))',
      ),
    ).toBe(true);
  });

  test('the same text unescaped would: this test can see it', async () => {
    fs.writeFileSync(at('obeyed.html'), `<!DOCTYPE html><title>plain</title>${cruelText()}`);
    asked = [];
    const { requests, scripts } = await browser.show(at('obeyed.html'));
    expect(scripts).toBeGreaterThan(0);
    expect(requests.length).toBeGreaterThan(0);
    expect(asked.length).toBeGreaterThan(0);
    expect(await titleOf()).not.toBe('plain');
  });

  test('were it not escaped, the policy of the page would still let nothing run or load', async () => {
    const page = await pageOf([], 'policed');
    fs.writeFileSync(at('policed.html'), page.replace('</main>', `${cruelText().replace(/<meta[^>]*>/, '')}</main>`));
    asked = [];
    const { complaints } = await browser.show(at('policed.html'));
    expect([await titleOf(), asked]).toEqual(['policed – netwatch', []]);
    expect(complaints.join('\n')).toContain('Content Security Policy');
  });

  describe('a report', () => {
    const make = (...argv: readonly string[]): string => {
      const file = at(`${argv[0]}.html`);
      const { status, stderr } = spawnSync(process.execPath, [BIN, ...argv, '-o', 'html', '--out', file], {
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, expect.stringContaining('wrote')]);
      return file;
    };
    let reports: readonly string[] = [];
    beforeAll(() => {
      fs.writeFileSync(at('probe.ndjson'), probeHistory(Date.parse('2026-01-02T03:04:05.678Z')));
      reports = [
        make('stats', '-r', path.join(ROOT, 'test/captures/loopback.pcap')),
        make('probe', '--report', at('probe.ndjson')),
      ];
    });

    test.each([1200, 700, 400])(
      'fits a window of %d pixels, in light and in dark, and no labels overlap',
      async (width) => {
        for (const report of reports)
          for (const scheme of ['light', 'dark'] as const) {
            expect(await browser.show(report, { width, scheme })).toEqual({ requests: [], complaints: [], scripts: 0 });
            expect([report, await browser.evaluate('document.documentElement.scrollWidth')]).toEqual([report, width]);
            expect([report, width, await browser.evaluate(OVERLAPS)]).toEqual([report, width, []]);
            expect([report, width, await browser.evaluate(OUTSIDE)]).toEqual([report, width, []]);
            if (width === 1200) expect([report, await browser.evaluate(SCROLLED)]).toEqual([report, []]);
            const paper = await browser.evaluate('getComputedStyle(document.body).backgroundColor');
            expect(paper).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(18, 23, 28)');
          }
      },
    );

    test('of each picture one size is shown', async () => {
      for (const report of reports)
        for (const width of [1200, 700, 400]) {
          await browser.show(report, { width, scheme: 'light' });
          expect(
            await browser.evaluate(
              '[...document.querySelectorAll("figure")].map((one) => [...one.querySelectorAll(":scope > svg")].filter((svg) => getComputedStyle(svg).display !== "none").length)',
            ),
          ).toEqual(expect.not.arrayContaining([0, 2, 3]));
        }
    });

    test('prints, on paper that is light', async () => {
      for (const report of reports) {
        await browser.show(report, { width: 1200, scheme: 'dark' });
        const pdf = await browser.pdf();
        expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
        expect(pdf.length).toBeGreaterThan(20_000);
        expect((await browser.picture()).subarray(1, 4).toString()).toBe('PNG');
      }
    });
  });
});

/** Texts of the pictures that are shown that touch each other. */
const OVERLAPS = `[...document.querySelectorAll('figure > svg')].filter((svg) => getComputedStyle(svg).display !== 'none').flatMap((svg) => {
  const boxes = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
  return boxes.flatMap(([a, one], at) => boxes.slice(at + 1).filter(([, other]) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4).map(([b]) => a + ' / ' + b));
})`;

/** Tables that are wider than their place. */
const SCROLLED = `[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.getAttribute('aria-label'))`;

/** Texts of the pictures that reach out of the window. */
const OUTSIDE = `[...document.querySelectorAll('figure > svg text')].filter((text) => {
  const { left, right, width } = text.getBoundingClientRect();
  return width > 0 && (left < -1 || right > innerWidth + 1);
}).map((text) => text.textContent)`;
