/** Random choices that come out the same for the same seed, on every machine. */
export interface Random {
  /** From 0 up to 1. */
  next(): number
  /** A whole number, both ends included. */
  int(least: number, most: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** `count` of them, in their order. */
  some<T>(list: readonly T[], count: number): T[]
  /** A generator of its own, so that what is drawn from it changes nothing here. */
  fork(): Random
}

/** mulberry32: small, fast, and good enough for test data. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const random: Random = {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
    },
    int: (least, most) => least + Math.floor(random.next() * (most - least + 1)),
    chance: (probability) => random.next() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error("nothing to pick from")
      return list[random.int(0, list.length - 1)] as T
    },
    some<T>(list: readonly T[], count: number): T[] {
      const chosen = new Set<number>()
      while (chosen.size < Math.min(count, list.length)) chosen.add(random.int(0, list.length - 1))
      return list.filter((_, i) => chosen.has(i))
    },
    fork: () => createRandom(random.int(0, 0xffff_ffff)),
  }
  return random
}
