// The mails that functions sent, and one of them.

import { address } from './address.js'
import { element, facts, field, heading, link, quiet } from './elements.js'
import { clock } from './format.js'
import { every } from './live.js'
import { row, table, update } from './rows.js'
import { read } from './stack.js'

/// How many are listed.
const MOST = 100

export const title = () => 'Mail'

export async function show(content, { path: [id], signal }) {
  if (id !== undefined) return one(content, id, signal)
  const to = element('input', { name: 'to', type: 'search', size: 28, autocomplete: 'off' })
  const list = table('Mails, newest first', [['Subject', 'wide'], ['To', 'wide'], ['Sent'], ['By', 'wide']])
  const none = quiet('')
  let mails = []
  const draw = () => {
    const wanted = to.value.trim().toLowerCase()
    const shown = mails.filter(mail => mail.to.join(' ').toLowerCase().includes(wanted)).slice(0, MOST)
    none.textContent = shown.length > 0 ? '' : mails.length > 0 ? 'No mail to such an address.' : 'No mails yet.'
    list.whole.hidden = shown.length === 0
    update(list.body, shown, mail => mail.id, mail => row(list, [
      link(address(['mails', mail.id]), mail.subject || '(no subject)'), mail.to.join(', '), clock(mail.sentAt), mail.sentBy ?? '–',
    ]))
  }
  to.addEventListener('input', draw)
  content.append(quiet('Mails are kept here and delivered to nobody.'), element('div', { class: 'bar' }, field('To', to)), none, list.whole)
  await every(3000, signal, async () => {
    mails = await read('mails', signal)
    draw()
  })
}

async function one(content, id, signal) {
  const mail = (await read('mails', signal)).find(mail => mail.id === id)
  if (!mail) throw new Error('There is no such mail.')
  const text = (label, body) => body ? [heading(2, label), element('pre', { tabindex: '0', role: 'region', 'aria-label': label }, body)] : []
  content.append(
    facts([
      ['Subject', mail.subject], ['From', mail.from], ['To', mail.to.join(', ')], ['Cc', mail.cc?.join(', ')], ['Bcc', mail.bcc?.join(', ')],
      ['Reply to', mail.replyTo?.join(', ')], ['Sent', clock(mail.sentAt)],
      ['By', mail.sentBy && link(address(['functions', mail.sentBy]), mail.sentBy)],
      ...(mail.headers ?? []).map(header => [header.Name, header.Value]),
    ]),
    ...text('Text', mail.text), ...text('HTML, as it was sent', mail.html))
}
