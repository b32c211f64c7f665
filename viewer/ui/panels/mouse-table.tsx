/** What each button and the wheel do over an image, to be chosen. */
import type { ReactElement } from 'react';
import { BUTTON_WORDS, BUTTONS, CLICK_ACTS, dragActs, isUsualMouse, USUAL_MOUSE, WHEEL_ACTS, WHEEL_WORDS, WHEELS, type MouseChoice } from '../../domain/mouse';
import { t } from '../../core/language';
import { chooseMouse, mouseNow } from '../keys';

export function MouseTable(): ReactElement {
  const choice = mouseNow();
  const drags = dragActs();
  return (
    <section aria-label={t('Mouse')} data-testid="mouse-table">
      <h3>{t('Mouse')}</h3>
      {BUTTONS.map((name) => <Row key={name} choice={choice} name={name} words={BUTTON_WORDS[name]} acts={drags} />)}
      {WHEELS.map((name) => <Row key={name} choice={choice} name={name} words={WHEEL_WORDS[name]} acts={Object.entries(WHEEL_ACTS)} />)}
      <Row choice={choice} name="double" words={t('Double click')} acts={Object.entries(CLICK_ACTS)} />
      <div className="keyrow">
        <span className="grow t3">{t('A right click without a drag opens the menu.')}</span>
        <button className="btn" disabled={isUsualMouse(choice)} onClick={() => chooseMouse(USUAL_MOUSE)} data-testid="mouse-reset">{t('Mouse as usual')}</button>
      </div>
    </section>
  );
}

function Row({ choice, name, words, acts }: { choice: MouseChoice; name: keyof MouseChoice; words: string; acts: [string, string][] }): ReactElement {
  return (
    <label className="keyrow">
      <span className="grow">{words}</span>
      <select className="field" value={choice[name]} onChange={(e) => chooseMouse({ ...choice, [name]: e.target.value })} data-testid={`mouse-${name}`}>
        {acts.map(([act, title]) => <option key={act} value={act}>{title}</option>)}
      </select>
    </label>
  );
}
