/** More words of a large store would not tell more. */
const most = 500
/** Of what lies around an id. */
const nearBytes = 1000

/** What somebody might present who has read `text` and knows the id of a session: each word, also made into a key of it. */
export function credentialsIn(text: string, id: string): string[] {
  const around = text.split(id)
  const near = around.map(part => `${part.slice(0, nearBytes)} ${part.slice(-nearBytes)}`).join(' ')
  const words = [...new Set([...wordsOf(text).slice(-most), ...wordsOf(near).slice(0, most)])]
  const made = words.flatMap(word => [`${id}.${word}`, `${id}.2.${word.padEnd(43, 'A').slice(0, 43)}`])
  return [id, ...words, ...made]
}

const wordsOf = (text: string): string[] => text.match(/[\w.+/=~-]{16,}/g) ?? []
