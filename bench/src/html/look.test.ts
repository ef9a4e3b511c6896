import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Reader } from './opened.fixture.ts'
import { planted } from './results.fixture.ts'

let reader: Reader
before(async () => {
  reader = await Reader.start()
})
after(() => reader[Symbol.asyncDispose]())

const texts = [
  ...['paper', 'card'].flatMap(back => ['ink', 'muted', 'link'].map(front => [front, back])),
  ...['all', 'most', 'some', 'nobody', 'unknown'].map(tone => [`on-${tone}`, tone]),
]
const shapes = [
  ...['ours', 'ours-2', 'ours-3', 'peer', 'peer-2', 'peer-3', 'limit', 'guest', 'ended', 'nobody', 'alarm'],
].map(shape => [shape, 'paper'])

for (const colorScheme of ['light', 'dark'] as const)
  test(`${colorScheme}: what is written and drawn can be told from its ground`, async () => {
    const { page, noise } = await reader.open(planted, { colorScheme })
    const names = [...new Set([...texts, ...shapes].flat())]
    const colours = await page.evaluate(
      names =>
        names.map(name => {
          const probe = document.body.appendChild(document.createElement('i'))
          probe.style.color = `var(--${name})`
          return getComputedStyle(probe).color
        }),
      names,
    )
    const luminance = (name: string) => luminanceOf(colours[names.indexOf(name)] as string)
    for (const [pairs, least] of [
      [texts, 4.5],
      [shapes, 3],
    ] as const)
      for (const [front = '', back = ''] of pairs) {
        const [dark = 0, light = 0] = [luminance(front), luminance(back)].toSorted((a, b) => a - b)
        const contrast = (light + 0.05) / (dark + 0.05)
        assert.ok(contrast >= least, `${front} on ${back}: ${contrast.toFixed(2)}`)
      }
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    assert.equal(luminanceOf(paper) > 0.5, colorScheme === 'light')
    assert.deepEqual(noise, [])
  })

/** WCAG 2.2, relative luminance. */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(part => {
    const share = Number(part) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

test('a phone of 360 pixels shows all of it without moving sideways, in letters that can be read', async () => {
  const { page } = await reader.open(planted, { width: 360 })
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
  assert.equal(await page.locator('svg.wide:visible').count(), 0)
  const heights = await page
    .locator('svg.narrow text')
    .evaluateAll(texts => texts.map(text => text.getBoundingClientRect().height))
  assert.ok(heights.length > 0)
  assert.ok(Math.min(...heights) >= 11, `${Math.min(...heights)}`)
})

for (const [width, name] of [
  [1100, 'wide'],
  [360, 'narrow'],
] as const)
  test(`on a ${name} page, no word of a chart is cut off at its side`, async () => {
    const { page } = await reader.open(planted, { width })
    const cut = await page.locator(`svg.${name}`).evaluateAll(charts =>
      charts.flatMap(chart => {
        const { left, right } = chart.getBoundingClientRect()
        return [...chart.querySelectorAll('text')]
          .filter(text => {
            const box = text.getBoundingClientRect()
            return box.left < left - 1 || box.right > right + 1
          })
          .map(text => `${chart.getAttribute('aria-label')}: ${text.textContent}`)
      }),
    )
    assert.deepEqual(cut, [])
  })

for (const [width, name] of [
  [1100, 'wide'],
  [360, 'narrow'],
] as const)
  test(`on a ${name} page, no words of a chart lie on each other, or leave the shape that they are in`, async () => {
    const { page } = await reader.open(planted, { width })
    const faults = await page.locator(`svg.${name}`).evaluateAll(charts =>
      charts.flatMap(chart => {
        const texts = [...chart.querySelectorAll('text')].map(text => ({
          text,
          box: text.getBoundingClientRect(),
        }))
        const label = chart.getAttribute('aria-label')
        const covered = texts.flatMap(({ text, box }, index) =>
          texts
            .slice(index + 1)
            .filter(
              ({ box: other }) =>
                Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1 &&
                Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 4,
            )
            .map(({ text: other }) => `${label}: ${text.textContent} on ${other.textContent}`),
        )
        const shapes = [...chart.querySelectorAll('path, polygon')].map(path => ({
          fill: path.getAttribute('fill'),
          box: path.getBoundingClientRect(),
        }))
        const left = texts
          .filter(({ text, box }) => {
            const fill = text.getAttribute('fill')?.replace('--on-', '--')
            return (
              text.getAttribute('fill')?.includes('--on-') &&
              !shapes.some(
                shape =>
                  shape.fill === fill &&
                  shape.box.left <= box.left &&
                  shape.box.right >= box.right &&
                  shape.box.top <= box.bottom - 4 &&
                  shape.box.bottom >= box.top + 4,
              )
            )
          })
          .map(({ text }) => `${label}: ${text.textContent} leaves its shape`)
        return [...covered, ...left]
      }),
    )
    assert.deepEqual(faults, [])
  })
