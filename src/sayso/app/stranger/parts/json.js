"use strict";
// Plain JSON as `sayso.proofs` reads it: no name twice, no loose spelling; numbers keep whether they were written with a point.

const LARGEST = 4_000_000;
const DEEPEST = 500;

class Unfit extends Error {
  constructor(id, ...args) { super(id); this.id = id; this.args = args; }
}

class Point { constructor(value) { this.value = value; } }

// What a line is filled with besides values of the log: a word of ours, or a list of names. No JSON data can pass for one.
class Word { constructor(id, args) { this.id = id; this.args = args; } }
class Names { constructor(list) { this.list = list; } }

const word = (id, ...args) => new Word(id, args);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Point);
const isInteger = (value) => typeof value === "number" || typeof value === "bigint";
const get = (object, name) => (name in object ? object[name] : null);

function strictJson(raw, what) {
  if (raw.length > LARGEST) throw new Unfit("large", what);
  try {
    return new Reader(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw)).whole();
  } catch {
    throw new Unfit("misread", what, word(looks(raw)));
  }
}

class Reader {
  constructor(text) { this.text = text; this.at = 0; }

  whole() {
    const value = this.value(0);
    this.space();
    if (this.at !== this.text.length) throw new SyntaxError("more");
    return value;
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  space() { this.match(/[ \t\n\r]*/y); }

  need(sign) {
    this.space();
    if (this.text[this.at] !== sign) throw new SyntaxError(sign);
    this.at += 1;
  }

  next() { this.space(); return this.text[this.at]; }

  value(depth) {
    if (depth > DEEPEST) throw new RangeError("deep");
    const sign = this.next();
    if (sign === "{") return this.object(depth);
    if (sign === "[") return this.list(depth);
    if (sign === '"') return this.string();
    const named = this.match(/true|false|null/y);
    if (named) return { true: true, false: false, null: null }[named[0]];
    return this.number();
  }

  number() {
    const found = this.match(/(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][+-]?[0-9]+)?/y);
    if (!found || found[1].length > 4300) throw new SyntaxError("number");
    if (found[2] !== undefined || found[3] !== undefined) return new Point(Number(found[0]));
    const value = Number(found[1]);
    return Number.isSafeInteger(value) ? value : BigInt(found[1]);
  }

  object(depth) {
    const made = Object.create(null);
    this.need("{");
    if (this.next() === "}") { this.at += 1; return made; }
    for (;;) {
      if (this.next() !== '"') throw new SyntaxError("name");
      const name = this.string();
      if (name in made) throw new SyntaxError("twice");
      this.need(":");
      made[name] = this.value(depth + 1);
      if (this.next() === "}") { this.at += 1; return made; }
      this.need(",");
    }
  }

  list(depth) {
    const made = [];
    this.need("[");
    if (this.next() === "]") { this.at += 1; return made; }
    for (;;) {
      made.push(this.value(depth + 1));
      if (this.next() === "]") { this.at += 1; return made; }
      this.need(",");
    }
  }

  string() {
    const short = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
    const parts = [];
    this.at += 1;
    for (;;) {
      parts.push(this.match(/[^"\\\u0000-\u001f]*/y)[0]);
      const sign = this.text[this.at];
      if (sign === '"') { this.at += 1; return parts.join(""); }
      const long = this.match(/\\u([0-9a-fA-F]{4})/y);
      if (long) { parts.push(String.fromCharCode(parseInt(long[1], 16))); continue; }
      const plain = this.match(/\\(["\\/bfnrt])/y);
      if (!plain) throw new SyntaxError("string");
      parts.push(short[plain[1]]);
    }
  }
}

// RFC 8785: names in the order of their UTF-16 units, numbers and strings as ECMAScript spells them.
function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return String(value === 0 ? 0 : value);
  if (value instanceof Point && Number.isFinite(value.value)) return String(value.value === 0 ? 0 : value.value);
  if (typeof value === "string" && value.isWellFormed()) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (isObject(value)) {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${canonical(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  throw new Unfit("no_canonical");
}

// Equal as Python calls JSON data equal, but for `true == 1`, which here is a difference.
function same(one, two) {
  if (one instanceof Point) one = one.value;
  if (two instanceof Point) two = two.value;
  if (Array.isArray(one) && Array.isArray(two)) return one.length === two.length && one.every((each, at) => same(each, two[at]));
  if (isObject(one) && isObject(two)) {
    const names = Object.keys(one);
    return names.length === Object.keys(two).length && names.every((name) => name in two && same(one[name], two[name]));
  }
  return one === two;
}

function members(raw, names, what) {
  if (!isObject(raw) || Object.keys(raw).length !== names.length || !names.every((name) => name in raw)) {
    throw new Unfit("parts", what, [...names].sort().join(", "));
  }
  return raw;
}
