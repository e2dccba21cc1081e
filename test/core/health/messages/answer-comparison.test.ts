import { expect, test } from 'vitest';
import { AnswerComparison } from '../../../../src/core/health/messages/answer-comparison.ts';
import { parseTarget } from '../../../../src/core/health/target.ts';

const [A, B, C] = [
  'dns://192.0.2.1/example.org',
  'dot://192.0.2.2/Example.org?type=A',
  'dns://192.0.2.3/example.org',
].map(parseTarget);
const found = (rcode: string | null, ...answers: string[]) => ({ rcode, answers });

test('the same answers in another order are the same', () => {
  const comparison = new AnswerComparison();
  expect(comparison.note(A!, found('NOERROR', '192.0.2.10', '192.0.2.11'))).toBeNull();
  expect(comparison.note(B!, found('NOERROR', '192.0.2.11', '192.0.2.10'))).toBeNull();
});

test('other answers, or another code, are told of with who gave them', () => {
  const comparison = new AnswerComparison();
  comparison.note(A!, found('NOERROR', '192.0.2.10'));
  expect(comparison.note(B!, found('NOERROR', '203.0.113.1'))).toBe('dns://192.0.2.1/example.org answered otherwise');
  expect(comparison.note(C!, found('NXDOMAIN'))).toBe(
    'dns://192.0.2.1/example.org, dot://192.0.2.2/Example.org?type=A answered otherwise',
  );
  expect(comparison.note(C!, found('NOERROR', '203.0.113.1'))).toBe('dns://192.0.2.1/example.org answered otherwise');
  expect(comparison.note(A!, found('NOERROR', '203.0.113.1'))).toBeNull();
});

test('who was not asked, not answered, or asked something else is not compared', () => {
  const comparison = new AnswerComparison();
  comparison.note(A!, found('NOERROR', '192.0.2.10'));
  expect(comparison.note(B!, found(null))).toBeNull();
  expect(comparison.note(parseTarget('icmp://192.0.2.1'), found(null))).toBeNull();
  expect(comparison.note(parseTarget('dns://192.0.2.2/example.org?type=AAAA'), found('NOERROR'))).toBeNull();
});
