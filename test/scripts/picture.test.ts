/** Screens as pictures: every character in its column, whatever the reader's font. */
import { describe, expect, test } from "bun:test"
import { boxAround, crop, overwrite, readCells, textOfCells } from "../../scripts/cells.ts"
import { picture } from "../../scripts/picture.ts"

const RED = "\x1b[38;2;255;0;0m"
const GREY = "\x1b[48;2;20;20;20m"
const OFF = "\x1b[0m"
const options = { title: "a <screen>", fg: "#eeeeee", bg: "#0a0a0a" }

describe("cells", () => {
  test("a colour lasts until it is changed, over the ends of lines too", () => {
    const grid = readCells(`${RED}${GREY}ab\ncd${OFF}e\n`)
    expect(grid.map((row) => row.map(({ text, fg, bg }) => [text, fg, bg]))).toEqual([
      [
        ["a", "#ff0000", "#141414"],
        ["b", "#ff0000", "#141414"],
        [" ", undefined, "#141414"],
      ],
      [
        ["c", "#ff0000", "#141414"],
        ["d", "#ff0000", "#141414"],
        ["e", undefined, undefined],
      ],
    ])
  })

  test("a character of two columns takes two cells", () => {
    const [row = []] = readCells("日x\n")
    expect(row.map(({ text }) => text)).toEqual(["日", "", "x"])
  })

  test.each([
    ["longer words take the blanks behind", "at 9s     end", /\d+s/g, "1200ms", "at 1200ms end"],
    ["shorter words leave blanks", "at 1200ms end", /\d+ms/g, "9s", "at 9s     end"],
    ["nothing that follows is pushed or covered", "at 9s end", /\d+s/g, "1200ms", "at 120end"],
    ["another box is not touched", `at 9s${GREY}     ${OFF}|`, /\d+s/g, "1200ms", "at 12     |"],
    ["wide characters before do not matter", "日本 9s   |", /\d+s/g, "10s", "日本 10s  |"],
  ])("%s", (_, before, pattern, words, after) => {
    const grid = readCells(`${before}\n`)
    overwrite(grid, pattern, words)
    expect(textOfCells(grid)).toBe(after)
  })

  test("a box is found by the colour behind a text in it", () => {
    const grid = readCells(["......", `..${GREY}ab ${OFF}.`, `..${GREY}   ${OFF}.`, "......", ""].join("\n"))
    expect(textOfCells(crop(grid, boxAround(grid, /b/)))).toBe("ab\n")
  })
})

describe("picture", () => {
  test("columns keep their place, and no text can become markup", () => {
    const svg = picture(readCells(`${RED}<a>  & b${OFF}\n`), options)
    expect(svg).toContain('<text x="0" y="15" textLength="27" lengthAdjust="spacingAndGlyphs" fill="#ff0000">&lt;a&gt;</text>')
    expect(svg).toContain('<text x="45" y="15" textLength="27" lengthAdjust="spacingAndGlyphs" fill="#ff0000">&amp; b</text>')
    expect(svg).toContain("<title>a &lt;screen&gt;</title>")
  })

  test("a character of two columns is as wide as two", () => {
    const svg = picture(readCells("日本x\n"), options)
    expect([...svg.matchAll(/<text x="(\d+)" .*?textLength="(\d+)".*?>(.)</g)].map((m) => m.slice(1))).toEqual([
      ["0", "18", "日"],
      ["18", "18", "本"],
      ["36", "9", "x"],
    ])
  })

  test("blocks and lines are areas that touch, not letters", () => {
    const svg = picture(readCells("┃\n┃\n▀▀\n"), options)
    expect(svg).not.toContain("<text")
    expect(
      [...svg.matchAll(/<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" fill="#eeeeee"/g)].map((m) => m.slice(1)),
    ).toEqual([
      ["3", "0", "3", "20"],
      ["3", "20", "3", "20"],
      ["0", "40", "18", "10"],
    ])
  })

  test("nothing comes from outside", () => {
    const svg = picture(readCells("a\n"), options)
    expect(svg.match(/https?:\/\/[^"]*/g)).toEqual(["http://www.w3.org/2000/svg"])
    expect(svg).not.toMatch(/<script|<style|<image|href|@import/)
  })
})
