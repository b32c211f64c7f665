/** text/event-stream as it comes, in pieces cut anywhere (HTML, 9.2.6): for streams that EventSource cannot ask for. */

export interface StreamEvent {
  event: string;
  data: string;
}

/** Give it each piece of text; it answers the events that are whole by now. */
export function eventReader(): (piece: string) => StreamEvent[] {
  let rest = '';
  return (piece) => {
    rest += piece;
    const blocks = rest.replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.map(eventOf).filter((e) => e.data !== '');
  };
}

function eventOf(block: string): StreamEvent {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
  }
  return { event, data: data.join('\n') };
}
