import { describe, expect, it } from 'vitest';
import { firstPart, MultipartError, parameter } from '../../core/multipart';

const bytes = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const type = 'multipart/related; type="application/octet-stream"; boundary="b1"';

describe('first part', () => {
  it('ends at Content-Length even when the bytes look like a boundary', () => {
    const part = firstPart(type, bytes('--b1\r\nContent-Type: application/octet-stream; transfer-syntax=1.2.840.10008.1.2.5\r\nContent-Length: 9\r\n\r\n1\r\n--b1\r\n\r\n--b1--'));
    expect(part.body).toEqual(bytes('1\r\n--b1\r\n'));
    expect(parameter(part.contentType, 'transfer-syntax')).toBe('1.2.840.10008.1.2.5');
  });
  it('ends at the next boundary without it', () => {
    expect(firstPart(type, bytes('--b1\r\n\r\nabc\r\n--b1\r\n\r\ndef\r\n--b1--')).body).toEqual(bytes('abc'));
    expect(firstPart(type, bytes('\r\n--b1\r\nContent-Type: x/y\r\n\r\nabc\r\n--b1--\r\n')).body).toEqual(bytes('abc'));
  });
  it('takes a single part as it is', () => {
    expect(firstPart('application/octet-stream', bytes('abc')).body).toEqual(bytes('abc'));
  });
  it('is no multipart message without a boundary', () => {
    expect(() => firstPart(type, bytes('hello'))).toThrow(MultipartError);
    expect(() => firstPart('multipart/related', bytes('--\r\n\r\n'))).toThrow(MultipartError);
  });
});
