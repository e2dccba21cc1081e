import { EXIT, Failure, messageOf } from '../../../core/failure.ts';
import { shellWord } from '../../../core/output/shell-word.ts';
import type { Texts } from '../texts/en.ts';
import { fill } from '../texts/fill.ts';

/** Why a capture could not begin, and where its filter is wrong. */
export function refusalOf(
  error: unknown,
  bpf: string,
  texts: Texts,
): { readonly message: string; readonly column: number } {
  if (error instanceof Failure && error.exit === EXIT.noPermission) {
    const words = ['sudo', 'netwatch', 'watch', ...(bpf === '' ? [] : ['--bpf', bpf])];
    const command = words.map(shellWord).join(' ');
    return { message: fill(texts.noticeSurrendered, { command }), column: 0 };
  }
  const message = messageOf(error).replace(`--bpf "${bpf}": `, '');
  return { message, column: columnOf(message, bpf) };
}

/** Where the word is that libpcap complains of; the end where it names none. */
function columnOf(message: string, bpf: string): number {
  const words = [...message.matchAll(/'([^']+)'|"([^"]+)"|: (\S+)$/g)].map(
    (match) => match[1] ?? match[2] ?? match[3]!,
  );
  for (const word of words) {
    const at = bpf.indexOf(word);
    if (at >= 0) return at;
  }
  return bpf.length;
}
