/** What a test found, step by step, and what to do about it. */
import { IconFileDownload } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import { linesOf, remediesOf, stepName, took, type Accepted, type Examination, type Step } from '../../../domain/examination';
import { Icon } from '../../parts/icon';
import { OutcomeIcon } from '../../parts/outcome-icon';

export function TestResult({ name, test }: { name: string; test: Examination }): ReactElement {
  const remedies = remediesOf(test.steps);
  const accepted = test.steps.flatMap((step) => step.accepted ?? []);
  const services = test.steps.flatMap((step) => step.services ?? []);
  return (
    <>
      <div className="sec" data-testid="test-result">
        <div className="hd">{t('What the test found')}</div>
        {linesOf(test.steps).map((steps) => <StepLine key={steps[0]?.name} steps={steps} />)}
        {!test.end && !test.lost && <div className="li plainline t2" role="status">{t('The next step is being tried.')}</div>}
        {test.lost && <div className="pad"><div className="note failed" role="alert"><p>{test.lost} {t('The test broke off.')}</p></div></div>}
      </div>
      {(remedies.length > 0 || test.end?.trace) && (
        <div className="sec pad col" data-testid="test-remedies">
          {remedies.length > 0 && <h3>{t('What to do')}</h3>}
          {remedies.map((remedy) => <p key={remedy}>{remedy}</p>)}
          {test.end?.trace && (
            <div className="row wrap">
              <button className="btn plain" onClick={() => save(`${name}.trace.txt`, test.end?.trace ?? '')} data-testid="test-trace"><Icon of={IconFileDownload} size="m" />{t('Wire log')}</button>
              <span className="hint">{t('The log holds no patient data.')}</span>
            </div>
          )}
        </div>
      )}
      {services.length > 0 && <Classes of={services} title={t('{n} {n|service|services} it offers', { n: services.length })} testid="test-offers" />}
      {accepted.length > 0 && <Classes of={accepted} title={t('{n} {n|kind of object|kinds of objects} it takes', { n: accepted.length })} testid="test-takes" />}
    </>
  );
}

function StepLine({ steps }: { steps: readonly Step[] }): ReactElement | null {
  const [first] = steps;
  if (!first) return null;
  return (
    <div className="li plainline" data-testid="test-step" data-step={steps.map((step) => step.name).join(' ')} data-outcome={first.outcome}>
      <OutcomeIcon outcome={first.outcome} />
      <span className={`grow wraps ${first.outcome === 'not tried' ? 't3' : ''}`}>
        <span className={first.outcome === 'failed' ? 'b' : ''}>{steps.map(stepName).join(', ')}</span>
        <span className="xs t2 block">{first.said}</span>
      </span>
      <span className="t3 nowrap">{took(first.seconds)}</span>
    </div>
  );
}

function Classes({ of, title, testid }: { of: readonly Accepted[]; title: string; testid: string }): ReactElement {
  return (
    <details className="sec takes" data-testid={testid}>
      <summary className="hd">{title}</summary>
      {of.map((one) => (
        <div className="li plainline" key={one.uid} title={one.transfer_syntaxes.join('\n')}>
          <span className="grow wraps">{one.name}</span>
          <span className="t3 nowrap">{t('{n} {n|syntax|syntaxes}', { n: one.transfer_syntaxes.length })}</span>
        </div>
      ))}
    </details>
  );
}

function save(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name.replace(/[^\w. -]/g, '_');
  link.click();
  URL.revokeObjectURL(link.href);
}
