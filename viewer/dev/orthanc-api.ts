/** Development only: answers the /api shapes out of an Orthanc, until the real server runs. Never shipped. */
import type { Connect, Plugin } from 'vite';

const ORTHANC = process.env.ORTHANC_URL ?? 'http://127.0.0.1:18042';

const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' blob:";

type Json = Record<string, { Value?: unknown[] }>;

async function dicom(path: string): Promise<Json[]> {
  const r = await fetch(`${ORTHANC}/dicom-web${path}`, { headers: { Accept: 'application/dicom+json' } });
  return r.ok ? ((await r.json()) as Json[]) : [];
}

const v = (ds: Json, tag: string) => String(ds[tag]?.Value?.[0] ?? '');
const pn = (ds: Json, tag: string) => {
  const p = (ds[tag]?.Value?.[0] ?? {}) as Record<string, string>;
  return { alphabetic: p.Alphabetic ?? '', ideographic: p.Ideographic ?? '', phonetic: p.Phonetic ?? '' };
};

function study(ds: Json) {
  return {
    study_instance_uid: v(ds, '0020000D'), patient_name: pn(ds, '00100010'), patient_id: v(ds, '00100020'), issuer_of_patient_id: '',
    patient_birth_date: v(ds, '00100030'), patient_sex: v(ds, '00100040'), study_date: v(ds, '00080020'), study_time: v(ds, '00080030'),
    accession_number: v(ds, '00080050'), study_id: v(ds, '00200010'), study_description: v(ds, '00081030'), referring_physician_name: pn(ds, '00080090'),
    modalities: (ds['00080061']?.Value ?? []) as string[], number_of_series: Number(v(ds, '00201206')), number_of_instances: Number(v(ds, '00201208')),
    received_at: '2026-11-21T08:00:00Z', receiving: false, source_ae_title: '',
  };
}

type S = ReturnType<typeof study>;

async function studies(q: URLSearchParams) {
  const all = (await dicom('/studies?includefield=00081030,00080061,00201208,00201206,00100030,00100040,00080030&limit=1000')).map(study);
  const text = (q.get('text') ?? '').toLowerCase();
  const has = (s: S) => JSON.stringify([s.patient_name, s.patient_id, s.accession_number, s.study_description]).toLowerCase();
  const mods = (q.get('modality') ?? '').split(',').filter(Boolean);
  const [from = '', to = ''] = (q.get('date') ?? '').split('-');
  let rows = all.filter((s) => text.split(/\s+/).every((w) => has(s).includes(w)));
  if (mods.length) rows = rows.filter((s) => s.modalities.some((m) => mods.includes(m)));
  if (from) rows = rows.filter((s) => s.study_date >= from);
  if (to) rows = rows.filter((s) => s.study_date <= to);
  for (const [key, field] of [['name', 'patient_name'], ['patient_id', 'patient_id'], ['description', 'study_description'], ['accession', 'accession_number']] as const) {
    const wanted = (q.get(key) ?? '').toLowerCase();
    if (wanted) rows = rows.filter((s) => JSON.stringify(s[field]).toLowerCase().includes(wanted));
  }
  const sort = q.get('sort') ?? '-study_date';
  const key = sort.replace('-', '') as keyof S;
  const val = (s: S) => (key === 'study_date' ? s.study_date + s.study_time : key === 'number_of_instances' ? String(s[key]).padStart(9, '0') : JSON.stringify(s[key]).toLowerCase());
  rows.sort((a, b) => val(a).localeCompare(val(b)) * (sort.startsWith('-') ? -1 : 1));
  const at = Number(q.get('cursor') ?? 0);
  const limit = Number(q.get('limit') ?? 100);
  return { studies: rows.slice(at, at + limit), next: at + limit < rows.length ? String(at + limit) : null, total: rows.length };
}

async function detail(uid: string) {
  const [ds] = await dicom(`/studies?StudyInstanceUID=${uid}&includefield=00081030,00080061`);
  if (!ds) return undefined;
  const s = study(ds);
  const series = await dicom(`/studies/${uid}/series?includefield=0008103E,00200011,00201209`);
  const others = s.patient_id ? (await dicom(`/studies?PatientID=${encodeURIComponent(s.patient_id)}&includefield=00081030,00080061`)).map(study) : [];
  return {
    ...s,
    series: series.map((d) => ({
      series_instance_uid: v(d, '0020000E'), modality: v(d, '00080060'), series_number: d['00200011']?.Value ? Number(v(d, '00200011')) : null,
      series_description: v(d, '0008103E'), body_part_examined: '', laterality: '', series_date: v(d, '00080021'), series_time: v(d, '00080031'),
      number_of_instances: Number(v(d, '00201209')), number_of_frames: Number(v(d, '00201209')), sop_class_uids: [], transfer_syntax_uids: [],
      is_image: !['SR', 'PR', 'KO', 'DOC', 'ECG', 'SEG', 'RTSTRUCT', 'RTPLAN', 'REG', 'HD', 'AU'].includes(v(d, '00080060')),
    })),
    priors: others.filter((o) => o.study_instance_uid !== uid),
  };
}

export function orthancApi(): Plugin {
  return {
    name: 'orthanc-api',
    configureServer: use,
    configurePreviewServer: use,
  };
}

function use(server: { middlewares: Connect.Server }): void {
      server.middlewares.use(async (req, res, next) => {
        res.setHeader('Content-Security-Policy', CSP);
        const url = new URL(req.url ?? '/', 'http://x');
        const send = (body: unknown, status = 200) => {
          res.statusCode = status;
          res.setHeader('Content-Type', 'application/json');
          res.end(JSON.stringify(body));
        };
        if (url.pathname === '/api/session') return send({ user: null, login_required: false, server: { name: 'St Anna Hospital', version: '0', ae_title: 'DEV', dicom_port: 11112 } });
        if (url.pathname === '/api/login') return send({ detail: 'no' }, 401);
        if (url.pathname === '/api/studies') return send(await studies(url.searchParams));
        if (url.pathname === '/api/events') {
          res.setHeader('Content-Type', 'text/event-stream');
          res.write(': dev\n\n');
          return undefined;
        }
        const one = /^\/api\/studies\/([0-9.]+)$/.exec(url.pathname);
        if (one) {
          const d = await detail(one[1] as string);
          return d ? send(d) : send({ title: 'No such study' }, 404);
        }
        const thumb = /^\/dicom-web\/studies\/([0-9.]+)(?:\/series\/([0-9.]+))?\/thumbnail/.exec(url.pathname);
        if (thumb) {
          const series = thumb[2] ?? v((await dicom(`/studies/${thumb[1]}/series`))[0] ?? {}, '0020000E');
          const instances = await dicom(`/studies/${thumb[1]}/series/${series}/instances`);
          const middle = instances[Math.floor(instances.length / 2)] ?? {};
          const r = await fetch(`${ORTHANC}/dicom-web/studies/${thumb[1]}/series/${series}/instances/${v(middle, '00080018')}/rendered?viewport=128,128`, { headers: { Accept: 'image/jpeg' } });
          res.statusCode = r.ok ? 200 : 404;
          res.setHeader('Content-Type', 'image/jpeg');
          return res.end(Buffer.from(await r.arrayBuffer()));
        }
        return next();
      });
}
