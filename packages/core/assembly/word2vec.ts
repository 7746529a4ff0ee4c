/**
 * Skip-gram and CBOW with negative sampling (Mikolov et al. 2013), over words or over words and their n-grams
 * (Bojanowski et al. 2017).
 *
 * A chunk is a shard: it learns from its own tokens, in vectors of its own, by random numbers of its own. Shards are as
 * many as the caller says, whatever the number of threads, and are joined by `mergeRows`.
 */
import { at4, madd, sum4 } from './lib/vector';

/** Entries of the tables of σ and −log σ, over [−RANGE, RANGE]; beyond it σ is 0 or 1. */
const STEPS: i32 = 4096;
const RANGE: f32 = 8;
const PER_UNIT: f32 = <f32>STEPS / (2 * RANGE);
/** Between sentences, over which windows do not go. */
const END: u32 = 0xffffffff;
/** Rows in a chunk of `mergeRows`. */
const ROWS: i32 = 64;

/** Fills the tables, float32 [4096] each. */
export function fillTables(sigmoids: usize, losses: usize): void {
  for (let i = 0; i < STEPS; i++) {
    const x = (<f64>i + 0.5) / <f64>PER_UNIT - <f64>RANGE;
    store<f32>(at4(sigmoids, i), <f32>(1 / (1 + Math.exp(-x))));
    store<f32>(at4(losses, i), <f32>Math.log1p(Math.exp(-x)));
  }
}

/** The next 32 random bits of a stream; a linear congruential generator's high half. */
// @ts-ignore: decorator
@inline
function next(state: usize): u32 {
  const word = load<u64>(state) * 6364136223846793005 + 1442695040888963407;
  store<u64>(state, word);
  return <u32>(word >> 32);
}

/** A random number in [0, n). */
// @ts-ignore: decorator
@inline
function below(state: usize, n: i32): i32 {
  return <i32>((<u64>next(state) * <u64>n) >> 32);
}

/** (label − σ(f)) · alpha; the loss −log σ(±f) is added to the state. */
// @ts-ignore: decorator
@inline
function gradient(f: f32, label: bool, alpha: f32, state: usize, sigmoids: usize, losses: usize): f32 {
  const i = <i32>((f + RANGE) * PER_UNIT);
  let sigma: f32;
  let loss: f32;
  if (f > -RANGE && f < RANGE) {
    sigma = load<f32>(at4(sigmoids, i));
    loss = load<f32>(at4(losses, label ? i : STEPS - 1 - i));
  } else {
    sigma = f > 0 ? 1 : 0;
    // what is no number stays none, and so is found
    loss = label == f > 0 ? 0 : abs(f);
    if (f != f) loss = f;
  }
  store<f64>(state + 8, load<f64>(state + 8) + <f64>loss);
  return ((label ? 1 : 0) - sigma) * alpha;
}

/**
 * One word to be foretold from `hidden`, among words drawn by chance. Target vectors are moved; what `hidden` is to be
 * moved by goes to `error`.
 * @param targets  addresses of the vectors, the true one first
 */
// @ts-ignore: decorator
@inline
function foretell(
  hidden: usize,
  error: usize,
  targets: usize,
  n: i32,
  bytes: usize,
  alpha: f32,
  state: usize,
  sigmoids: usize,
  losses: usize,
): void {
  let t = 0;
  for (; t + 3 <= n; t += 3) {
    const p = load<u32>(at4(targets, t));
    const q = load<u32>(at4(targets, t + 1));
    const r = load<u32>(at4(targets, t + 2));
    let p0 = f32x4.splat(0);
    let p1 = f32x4.splat(0);
    let q0 = f32x4.splat(0);
    let q1 = f32x4.splat(0);
    let r0 = f32x4.splat(0);
    let r1 = f32x4.splat(0);
    for (let j: usize = 0; j < bytes; j += 32) {
      const h0 = v128.load(hidden + j);
      const h1 = v128.load(hidden + j, 16);
      p0 = madd(h0, v128.load(p + j), p0);
      p1 = madd(h1, v128.load(p + j, 16), p1);
      q0 = madd(h0, v128.load(q + j), q0);
      q1 = madd(h1, v128.load(q + j, 16), q1);
      r0 = madd(h0, v128.load(r + j), r0);
      r1 = madd(h1, v128.load(r + j, 16), r1);
    }
    const gp = f32x4.splat(gradient(sum4(f32x4.add(p0, p1)), t == 0, alpha, state, sigmoids, losses));
    const gq = f32x4.splat(gradient(sum4(f32x4.add(q0, q1)), false, alpha, state, sigmoids, losses));
    const gr = f32x4.splat(gradient(sum4(f32x4.add(r0, r1)), false, alpha, state, sigmoids, losses));
    for (let j: usize = 0; j < bytes; j += 16) {
      const h = v128.load(hidden + j);
      let e = t == 0 ? f32x4.splat(0) : v128.load(error + j);
      // one after the other: a word may have been drawn twice
      let v = v128.load(p + j);
      e = madd(v, gp, e);
      v128.store(p + j, madd(h, gp, v));
      v = v128.load(q + j);
      e = madd(v, gq, e);
      v128.store(q + j, madd(h, gq, v));
      v = v128.load(r + j);
      e = madd(v, gr, e);
      v128.store(r + j, madd(h, gr, v));
      v128.store(error + j, e);
    }
  }
  for (; t < n; t++) {
    const p = load<u32>(at4(targets, t));
    let p0 = f32x4.splat(0);
    let p1 = f32x4.splat(0);
    for (let j: usize = 0; j < bytes; j += 32) {
      p0 = madd(v128.load(hidden + j), v128.load(p + j), p0);
      p1 = madd(v128.load(hidden + j, 16), v128.load(p + j, 16), p1);
    }
    const gp = f32x4.splat(gradient(sum4(f32x4.add(p0, p1)), t == 0, alpha, state, sigmoids, losses));
    for (let j: usize = 0; j < bytes; j += 16) {
      const v = v128.load(p + j);
      const e = t == 0 ? f32x4.splat(0) : v128.load(error + j);
      v128.store(error + j, madd(v, gp, e));
      v128.store(p + j, madd(v128.load(hidden + j), gp, v));
    }
  }
}

/** The true word's vector and those of words drawn by the alias method (Walker 1977); a draw of the true one is left out. */
// @ts-ignore: decorator
@inline
function drawTargets(
  targets: usize,
  outputs: usize,
  bytes: usize,
  word: i32,
  negative: i32,
  state: usize,
  aliasShares: usize,
  aliases: usize,
  nWords: i32,
): i32 {
  store<u32>(targets, <u32>(outputs + <usize>word * bytes));
  let n = 1;
  for (let k = 0; k < negative; k++) {
    let drawn = below(state, nWords);
    if (next(state) >= load<u32>(at4(aliasShares, drawn))) drawn = load<i32>(at4(aliases, drawn));
    if (drawn == word) continue;
    store<u32>(at4(targets, n), <u32>(outputs + <usize>drawn * bytes));
    n++;
  }
  return n;
}

/**
 * Learns from some tokens of each shard.
 * @param tokens  uint32 [shards, room]: words, END between sentences
 * @param lengths  int32 [shards]: how many of them
 * @param states  64 bytes a shard: random state (u64), sum of losses, number of targets, tokens learned from (f64 each)
 * @param inputs, outputs  float32 [rows, stride], [nWords, stride], of each shard `inputBytes`, `outputBytes` apart;
 *   stride is a multiple of 8
 * @param keeps  uint32 [nWords]: a word is kept when a random number is not above it; 0 for none: all are kept
 * @param aliasShares, aliases  uint32 [nWords]: the distribution of the words drawn by chance
 * @param cbow  1: a word from the mean of those around it; 0: each word around it from the word
 * @param partOffsets, parts  uint32 [nWords + 1], [.]: the rows of `inputs` whose mean is a word; 0: its own row is
 * @param scratch  of each shard `scratchBytes` apart: two vectors, 2 · (negative + 1) words, `room` tokens, rows
 */
export function learnTokens(
  chunk: i32,
  thread: i32,
  tokens: usize,
  lengths: usize,
  room: i32,
  states: usize,
  inputs: usize,
  outputs: usize,
  inputBytes: usize,
  outputBytes: usize,
  stride: i32,
  keeps: usize,
  aliasShares: usize,
  aliases: usize,
  nWords: i32,
  window: i32,
  negative: i32,
  alpha: f32,
  cbow: i32,
  partOffsets: usize,
  parts: usize,
  scratch: usize,
  scratchBytes: usize,
  sigmoids: usize,
  losses: usize,
): void {
  const state = states + (<usize>chunk << 6);
  const bytes = <usize>stride << 2;
  const own = tokens + ((<usize>chunk * <usize>room) << 2);
  const length = load<i32>(at4(lengths, chunk));
  inputs += <usize>chunk * inputBytes;
  outputs += <usize>chunk * outputBytes;
  const hidden = scratch + <usize>chunk * scratchBytes;
  const error = hidden + bytes;
  const targets = error + bytes;
  const kept = at4(targets, 2 * (negative + 1));
  const rows = at4(kept, room);

  let n = 0;
  for (let i = 0; i < length; i++) {
    const word = load<u32>(at4(own, i));
    if (word != END && keeps != 0) {
      const share = load<u32>(at4(keeps, <i32>word));
      if (share != 0xffffffff && next(state) > share) continue;
    }
    store<u32>(at4(kept, n), word);
    n++;
  }

  let seen: f64 = 0;
  let foretold: f64 = 0;
  let start = 0;
  while (start < n) {
    let end = start;
    while (end < n && load<u32>(at4(kept, end)) != END) end++;
    for (let i = start; i < end; i++) {
      const word = load<i32>(at4(kept, i));
      const reach = window - below(state, window);
      const from = max(start, i - reach);
      const to = min(end, i + reach + 1);
      seen++;
      if (cbow != 0) {
        let nRows = 0;
        for (let c = from; c < to; c++) {
          if (c != i) nRows = addParts(rows, nRows, load<i32>(at4(kept, c)), inputs, bytes, partOffsets, parts);
        }
        if (nRows == 0) continue;
        const count = drawTargets(targets, outputs, bytes, word, negative, state, aliasShares, aliases, nWords);
        foretold += <f64>count;
        meanOf(rows, nRows, hidden, bytes);
        foretell(hidden, error, targets, count, bytes, alpha, state, sigmoids, losses);
        addTo(rows, nRows, error, bytes);
      } else {
        for (let c = from; c < to; c++) {
          if (c == i) continue;
          const count = drawTargets(targets, outputs, bytes, word, negative, state, aliasShares, aliases, nWords);
          foretold += <f64>count;
          const nRows = addParts(rows, 0, load<i32>(at4(kept, c)), inputs, bytes, partOffsets, parts);
          if (nRows == 1) {
            foretell(load<u32>(rows), error, targets, count, bytes, alpha, state, sigmoids, losses);
          } else {
            meanOf(rows, nRows, hidden, bytes);
            foretell(hidden, error, targets, count, bytes, alpha, state, sigmoids, losses);
          }
          addTo(rows, nRows, error, bytes);
        }
      }
    }
    start = end + 1;
  }
  store<f64>(state + 16, load<f64>(state + 16) + foretold);
  store<f64>(state + 24, load<f64>(state + 24) + seen);
}

/** Adds the addresses of a word's rows to a list. */
// @ts-ignore: decorator
@inline
function addParts(
  rows: usize,
  n: i32,
  word: i32,
  inputs: usize,
  bytes: usize,
  partOffsets: usize,
  parts: usize,
): i32 {
  if (partOffsets == 0) {
    store<u32>(at4(rows, n), <u32>(inputs + <usize>word * bytes));
    return n + 1;
  }
  const last = load<i32>(at4(partOffsets, word + 1));
  for (let k = load<i32>(at4(partOffsets, word)); k < last; k++, n++) {
    store<u32>(at4(rows, n), <u32>(inputs + <usize>load<u32>(at4(parts, k)) * bytes));
  }
  return n;
}

function meanOf(rows: usize, n: i32, out: usize, bytes: usize): void {
  const share = f32x4.splat(1 / <f32>n);
  for (let j: usize = 0; j < bytes; j += 16) {
    let sum = f32x4.splat(0);
    for (let k = 0; k < n; k++) sum = f32x4.add(sum, v128.load(<usize>load<u32>(at4(rows, k)) + j));
    v128.store(out + j, f32x4.mul(sum, share));
  }
}

function addTo(rows: usize, n: i32, error: usize, bytes: usize): void {
  for (let k = 0; k < n; k++) {
    const row = <usize>load<u32>(at4(rows, k));
    for (let j: usize = 0; j < bytes; j += 16) {
      v128.store(row + j, f32x4.add(v128.load(row + j), v128.load(error + j)));
    }
  }
}

/**
 * Joins what the shards learned, row by row: moves at right angles add up, moves the same way are averaged (Adasum,
 * Maleki et al. 2021), so that rare words keep all they learned and frequent ones do not overshoot.
 * @param base  float32 [rows, stride], as the shards began; all of them end as it ends
 * @param copies  the shards' own, `copyBytes` apart
 */
export function mergeRows(
  chunk: i32,
  thread: i32,
  base: usize,
  copies: usize,
  copyBytes: usize,
  shards: i32,
  rows: i32,
  stride: i32,
): void {
  const bytes = <usize>stride << 2;
  const to = min(rows, (chunk + 1) * ROWS);
  for (let i = chunk * ROWS; i < to; i++) {
    const at = <usize>i * bytes;
    const start = base + at;
    const sum = copies + at;
    let length = moved(sum, start, bytes);
    for (let s = 1; s < shards; s++) {
      const other = copies + <usize>s * copyBytes + at;
      const added = moved(other, start, bytes);
      if (added == 0) continue;
      let along: f32 = 0;
      if (length > 0) {
        let dots = f32x4.splat(0);
        for (let j: usize = 0; j < bytes; j += 16) dots = madd(v128.load(sum + j), v128.load(other + j), dots);
        along = sum4(dots);
      }
      const a = f32x4.splat(length > 0 ? 1 - along / (2 * length) : 0);
      const b = f32x4.splat(1 - along / (2 * added));
      let squares = f32x4.splat(0);
      for (let j: usize = 0; j < bytes; j += 16) {
        const joined = f32x4.add(f32x4.mul(v128.load(sum + j), a), f32x4.mul(v128.load(other + j), b));
        v128.store(sum + j, joined);
        squares = madd(joined, joined, squares);
      }
      length = sum4(squares);
    }
    for (let j: usize = 0; j < bytes; j += 16) {
      const joined = f32x4.add(v128.load(start + j), v128.load(sum + j));
      v128.store(start + j, joined);
      for (let s = 0; s < shards; s++) v128.store(copies + <usize>s * copyBytes + at + j, joined);
    }
  }
}

/** A row less where it began, in place; the square of its length. */
function moved(row: usize, start: usize, bytes: usize): f32 {
  let squares = f32x4.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    const move = f32x4.sub(v128.load(row + j), v128.load(start + j));
    v128.store(row + j, move);
    squares = madd(move, move, squares);
  }
  return sum4(squares);
}
