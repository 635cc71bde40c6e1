// The files of a log (C2SP tlog-tiles) that lie beside what is judged: older roots and single leaves, from a handful of tiles.

const WIDTH = 256;
const HASH = 32;

class Log {
  constructor(folder, size) { this.folder = folder; this.size = size; this.kept = new Map(); }

  async tile(level, number) {
    const width = Math.min(WIDTH, Math.floor(this.size / WIDTH ** level) - number * WIDTH);
    const name = `${level}/${number}`;
    if (!this.kept.has(name)) {
      const path = `${this.folder.path}tile/${level}/${tilePath(number)}`;
      const file = this.folder.files.get(width === WIDTH ? path : `${path}.p/${width}`) ?? this.folder.files.get(path);
      if (!file || file.size > WIDTH * HASH) throw new Unfit("tile_missing", `tile/${level}/${tilePath(number)}`);
      this.kept.set(name, await readFile(file));
    }
    const raw = this.kept.get(name);
    if (raw.length < width * HASH) throw new Unfit("tile_short", `tile/${level}/${tilePath(number)}`);
    return raw;
  }

  // The root over the 2^level leaves from number * 2^level on.
  async perfect(level, number) {
    const [stored, rest] = [Math.floor(level / 8), level % 8];
    const first = number * 2 ** rest;
    const raw = await this.tile(stored, Math.floor(first / WIDTH));
    let row = [];
    for (let at = first % WIDTH; at < (first % WIDTH) + 2 ** rest; at += 1) row.push(raw.slice(at * HASH, (at + 1) * HASH));
    while (row.length > 1) {
      const above = [];
      for (let at = 0; at < row.length; at += 2) above.push(await nodeHash(row[at], row[at + 1]));
      row = above;
    }
    return row[0];
  }

  // The root over the first *size* leaves: whole subtrees, the largest first, joined from the right.
  async root(size) {
    if (size === 0) return sha256(new Uint8Array());
    const parts = [];
    let done = 0;
    for (let level = 52; level >= 0; level -= 1) {
      const count = 2 ** level;
      if (size - done < count) continue;
      parts.push(await this.perfect(level, done / count));
      done += count;
    }
    let top = parts.pop();
    while (parts.length) top = await nodeHash(parts.pop(), top);
    return top;
  }
}

function tilePath(number) {
  const parts = [String(number % 1000).padStart(3, "0")];
  for (let left = Math.floor(number / 1000); left; left = Math.floor(left / 1000)) parts.unshift(`x${String(left % 1000).padStart(3, "0")}`);
  return parts.join("/");
}

// The folder of a log among *files*: where a checkpoint lies beside tiles; null where there is none.
function logAmong(files) {
  for (const path of files.keys()) {
    if (!/(^|\/)checkpoint$/.test(path)) continue;
    const folder = path.slice(0, -"checkpoint".length);
    if ([...files.keys()].some((other) => other.startsWith(`${folder}tile/`))) return { path: folder, files };
  }
  return null;
}

// What the files of a log show, and of each of *heads* ({name, checkpoint, seq, leaf}) whether it is of this same log.
async function judgeLog(folder, key, keys, heads) {
  const note = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(folder.files.get(`${folder.path}checkpoint`)));
  const head = await headOf(note, key);
  if (head.size > BigInt(Number.MAX_SAFE_INTEGER)) throw new Unfit("checkpoint_number");
  const log = new Log(folder, Number(head.size));
  if (!equal(await log.root(log.size), head.root)) throw new Unfit("log_root", log.size);
  const lines = [say("log_head", head.origin, log.size)];
  const wrong = [];
  let apart = false;
  for (const one of heads) {
    try {
      lines.push(...(await judgeHead(log, head, one)));
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      apart = apart || error.id === "log_older";
      wrong.push(say(error.id === "log_older" ? "not_compared" : "fails", error));
    }
  }
  const differs = wrong.some((line) => line.id === "fails");
  const rest = [...(await splitLines(note, keys)), say("not_every_entry")];
  if (differs) return { ok: false, lines: [...wrong, say("keep_both"), ...lines] };
  return { ...checked([...wrong, ...lines, ...rest]), apart };
}

// What the files of a log show of one signed checkpoint, and of the line it was given for.
async function judgeHead(log, head, one) {
  const size = Number(one.checkpoint.size);
  if (one.checkpoint.origin !== head.origin) throw new Unfit("log_other", one.name, one.checkpoint.origin);
  const shown = one.leaf && one.seq <= log.size;
  if (shown && !equal(await log.perfect(0, one.seq - 1), one.leaf)) throw new Unfit("log_leaf", one.name, one.seq);
  if (size > log.size) throw new Unfit(one.line ? "log_older" : "log_backwards", one.name, size, log.size);
  if (!equal(await log.root(size), one.checkpoint.root)) throw new Unfit("log_past", one.name, size);
  return [say("log_continues", one.name, size), ...(shown ? [say("log_place", one.name, one.seq)] : [])];
}
