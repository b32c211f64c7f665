import { expect, test } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { KeyIndex, readKeyObject } from '../../domain/key-objects';
import { AS_RECOMMENDED, NEWEST, readStateChoice, readSubtraction } from '../../domain/state-choice';

const put = (entries: Record<string, unknown[]>): DataSet => Object.fromEntries(Object.entries(entries).map(([tag, Value]) => [tag, { vr: typeof Value[0] === 'object' ? 'SQ' : 'LO', Value }]));
const code = (value: string, meaning: string) => put({ '00080100': [value], '00080102': ['DCM'], '00080104': [meaning] });
const image = (uid: string, frames: number[] = []) => put({ '0040A040': ['IMAGE'], '00081199': [put({ '00081155': [uid], '00081160': frames })] });
const document = (title: DataSet, content: DataSet[]) => put({ '00080016': ['1.2.840.10008.5.1.4.1.1.88.59'], '00080018': ['1.1'], '0040A043': [title], '0040A730': content });

test('rejections are those of CID 7011; a quality issue is none', () => {
  const kinds = ['113000', '113001', '113037', '113038', '113039', '113010'].map((c) => readKeyObject(document(code(c, c), []))?.kind);
  expect(kinds).toEqual(['key', 'rejection', 'rejection', 'rejection', 'rejection', 'quality']);
  expect(readKeyObject(put({ '00080016': ['1.2.840.10008.5.1.4.1.1.2'] }))).toBeUndefined();
});

test('frames that are named are meant, in the order of the document', () => {
  const key = readKeyObject(document(code('113000', 'Of Interest'), [image('1.2', [5, 3]), image('1.3')]));
  expect(key?.references).toEqual([{ uid: '1.2', frames: [5, 3] }, { uid: '1.3', frames: [] }]);
  const index = new KeyIndex(key ? [key] : []);
  const about = (sopInstanceUid: string, frame: number) => index.about({ sopInstanceUid, frame }, 'key').length;
  expect([about('1.2', 3), about('1.2', 4), about('1.3', 9), about('1.4', 1)]).toEqual([1, 0, 1, 0]);
});

test('what nests without end is read to its bound', () => {
  let deep = image('1.2');
  for (let i = 0; i < 100; i++) deep = put({ '0040A730': [deep] });
  expect(readKeyObject(document(code('113000', ''), [deep]))?.references).toEqual([]);
});

test('what was kept of choices may be anything', () => {
  for (const odd of [undefined, null, 7, { uid: 3 }, { shift: ['a', 1] }]) {
    expect(readStateChoice(odd)).toEqual(NEWEST);
    expect(readSubtraction(odd)).toEqual(AS_RECOMMENDED);
  }
  expect(readStateChoice({ uid: '1.2', graphicsOnly: true, hidden: ['A', 1] })).toEqual({ uid: '1.2', graphicsOnly: true, hidden: ['A'] });
});
