/** What a browser's EventSource makes of a stream (HTML, 9.2.6, "Interpreting an event stream"). */
export interface Told {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

export function parsed(stream: string): { events: Told[]; retry: number | undefined } {
  const events: Told[] = [];
  let retry: number | undefined;
  let [data, type, lastEventId] = ['', '', ''];
  for (const line of stream.split(/\r\n|\r|\n/)) {
    if (line === '') {
      if (data !== '') events.push({ type: type || 'message', data: data.slice(0, -1), lastEventId });
      [data, type] = ['', ''];
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if (field === 'data') data += `${value}\n`;
    else if (field === 'event') type = value;
    else if (field === 'id') lastEventId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retry = Number(value);
  }
  return { events, retry };
}
