// The tables, and how far the readers of their streams are.

import { address } from './address.js'
import { element, link, quiet } from './elements.js'
import { counted } from './format.js'
import { every } from './live.js'
import { row, table, update } from './rows.js'
import { read } from './stack.js'

export async function show(content, { signal }) {
  const list = table('Tables', [['Table', 'wide'], ['Items', 'number'], ['Key', 'wide'], ['Indexes', 'wide'], ['Stream and its readers', 'wide']])
  const none = quiet('Asking …')
  content.append(none, list.whole)
  await every(2000, signal, async () => {
    const tables = await read('tables', signal)
    none.textContent = tables.length === 0 ? 'The template has no tables.' : ''
    list.whole.hidden = tables.length === 0
    update(list.body, tables, one => one.name, one => row(list, [
      link(address(['tables', one.name]), one.name),
      String(one.items ?? ''),
      keyText(one.key),
      one.indexes.map(index => index.name).join(', ') || 'none',
      stream(one),
    ]))
  })
}

export const keyText = key => key.map(part => `${part.attribute} (${part.type})`).join(', ')

export function stream(table) {
  if (!table.stream) return 'no stream'
  if (table.readers.length === 0) return `${table.stream}, no reader`
  return element('ul', { class: 'flat' }, table.readers.map(reader => element('li', {},
    link(address(['functions', reader.function]), reader.function),
    reader.behind === 0 ? ': has read all' : `: ${counted(reader.behind, 'record')} behind`,
    reader.failures > 0 && element('span', { class: 'bad' }, `, failed ${counted(reader.failures, 'time')} in a row`))))
}
