import { describe, expect, it } from 'vitest';
import { addressOf, allowedWords, draftOf, faultsOf, introduction, NEW_NODE, nodeOf, placeOf, type Draft, type Node } from '../../domain/nodes';

const CITY: Node = {
  name: 'City hospital', ae_title: 'CITYPACS', host: '10.20.4.80', port: 11112, rights: ['store', 'query'], tls: true,
  allowed_addresses: ['10.20.0.0/16', 'fd00::5'], retrieve_by: 'move', on_store_failure: 'abort', one_association_per_object: true,
  most_associations: 3, blacklisted_sop_classes: ['1.2.840.10008.5.1.4.1.1.88.67'], query_charset: ['', 'ISO 2022 IR 87'], wildcards: ['PatientName'], timeout: 12.5,
};

describe('a node', () => {
  it('in words', () => {
    expect(placeOf(CITY)).toBe('CITYPACS at 10.20.4.80, port 11112');
    expect(addressOf(CITY)).toBe('10.20.4.80:11112');
    expect(addressOf({ host: 'fd00::5', port: 104 })).toBe('[fd00::5]:104');
    expect(allowedWords(CITY)).toBe('send, search');
    expect(allowedWords({ ...CITY, rights: [] })).toBe('nothing');
    expect(introduction({ ae_title: 'READINGROOM', dicom_port: 11112 }, '10.1.1.1', CITY)).toContain('AE title: READINGROOM\nAddress: 10.1.1.1\nPort: 11112');
  });
  it('is the same after it was written and read', () => {
    expect(nodeOf(draftOf(CITY))).toEqual(CITY);
    expect(nodeOf({ ...NEW_NODE, name: ' A ', ae_title: ' B ', host: ' [fd00::5] ', allowed_addresses: ' 10.0.0.1,\n10.0.0.2; fd00::/8 ' })).toMatchObject({
      name: 'A', ae_title: 'B', host: 'fd00::5', port: 104, allowed_addresses: ['10.0.0.1', '10.0.0.2', 'fd00::/8'], query_charset: [], timeout: 40,
    });
  });
});

describe('what cannot be', () => {
  const faults = (change: Partial<Draft>) => faultsOf({ ...draftOf(CITY), ...change });
  it('nothing is wrong with a node that is there', () => expect(faults({})).toEqual({}));
  it('an empty one lacks three things, and says nothing about it yet', () => expect(faultsOf(NEW_NODE)).toEqual({ name: '', ae_title: '', host: '' }));
  it('AE titles: 1 to 16 characters of the default repertoire, no backslash (PS3.5 table 6.2-1)', () => {
    expect(faults({ ae_title: 'A234567890123456' })).toEqual({});
    expect(faults({ ae_title: 'A2345678901234567' }).ae_title).toMatch(/^17 characters/);
    expect(faults({ ae_title: 'ÉCHO' }).ae_title).toMatch(/accents/);
    expect(faults({ ae_title: 'A\\B' }).ae_title).toMatch(/backslash/);
  });
  it('addresses: four parts, a name, or IPv6', () => {
    for (const host of ['10.20.4.80', 'pacs.example.org', 'localhost', 'fd00::5', '[fd00::5]', 'fe80::1%eth0']) expect(faults({ host })).toEqual({});
    for (const host of ['10.20.11', '10.20.11.256', '1.2.3.4.5']) expect(faults({ host }).host).toMatch(/four parts/);
    for (const host of ['http://pacs', 'a b', 'pacs/x', 'pacs:104']) expect(faults({ host }).host, host).toBeDefined();
  });
  it('numbers', () => {
    for (const port of ['0', '65536', '1e3', '-1', '10.5']) expect(faults({ port }).port, port).toBe('From 1 to 65535');
    expect(faults({ port: '65535', most_associations: '0', timeout: '0' })).toEqual({});
    expect(Object.keys(faults({ most_associations: '', timeout: 'x', blacklisted_sop_classes: 'CT' }))).toEqual(['most_associations', 'timeout', 'blacklisted_sop_classes']);
  });
});
