import type { Span } from "./gcra.ts";

/** A reservation: a dispatch's slot in a budget. All times are epoch ms. */
export interface Reservation {
  id: string;
  at: number;
  /** Start of the interval that the slot takes up; its TAT is the end. */
  from: number;
  /** The slot's TAT: no other slot lies between `from` and it. */
  tat: number;
  /** When it was asked for: a repeat from an isolate whose clock is behind must get the same answer. */
  grantedAt: number;
  /** From then on it no longer counts. */
  expiresAt: number;
}

/** A reservation as it is stored. */
export interface Entry extends Reservation {
  user: string;
  /** The budget's name. */
  budget: string;
}

/**
 * Reservations in one stored row (a page). A call rewrites the last page only, and expired reservations are deleted by the
 * page. Larger pages would save a deletion now and then, and make each write slower.
 */
const PAGE = 32;

/** A call deletes as many expired pages as it writes, and this many more. */
const PRUNE_EXTRA = 1;

/** Pages that a call looks at for that, the oldest first. One slot far ahead keeps its page for a day. */
const PRUNE_LOOK = 16;

const PREFIX = "page/";

/** The key of a page. Numbers are padded, since the storage lists keys in the order of their text. */
const keyOf = (n: number): string => `${PREFIX}${String(n).padStart(12, "0")}`;
const numberIn = (key: string): number => Number(key.slice(PREFIX.length));

/** The reservations of one user in one budget. */
export class Book {
  readonly #byId = new Map<string, { entry: Entry; page: number }>();
  /** All sorted by TAT; null when they must be sorted again. */
  #ordered: Entry[] | null = null;

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** The greatest TAT, or null when there is no reservation. */
  get tat(): number | null {
    return this.#inOrder().at(-1)?.tat ?? null;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** A reservation that counts. One that has expired may be stored yet, or not: it is not there. */
  find(id: string, now: number): Reservation | undefined {
    const entry = this.#byId.get(id)?.entry;
    return entry !== undefined && entry.expiresAt > now ? entry : undefined;
  }

  /** The intervals that the reservations take up, in order. */
  *taken(): Generator<Span, void> {
    for (const { from, tat } of this.#inOrder()) yield { from, to: tat };
  }

  /** The pages that hold these reservations; all of them where no ids are given. */
  pagesOf(ids: Iterable<string> = this.#byId.keys()): Set<number> {
    const pages = [...ids].flatMap((id) => this.#byId.get(id)?.page ?? []);
    return new Set(pages);
  }

  add(entry: Entry, page: number): void {
    this.#byId.set(entry.id, { entry, page });
    this.#ordered = null;
  }

  delete(id: string): void {
    this.#byId.delete(id);
    this.#ordered = null;
  }

  #inOrder(): readonly Entry[] {
    this.#ordered ??= [...this.#byId.values()].map(({ entry }) => entry).toSorted((a, b) => a.tat - b.tat);
    return this.#ordered;
  }
}

/** What is read of a budget in which nothing is taken. */
const NOTHING = new Book();

interface Page {
  entries: readonly Entry[];
  /** When the last of them expires. */
  over: number;
}

/**
 * The reservations of many users, the same in memory and in the storage, on pages in the order in which they were made, so
 * that those of one call share a row. A page is stored before it is remembered: a failed write leaves it in neither.
 */
export class Ledger {
  /** By number, lowest first; none is empty. */
  readonly #pages = new Map<number, Page>();
  /** The number of the last page that was written. */
  #last = 0;
  /** By user, then by budget; none is empty. */
  readonly #books = new Map<string, Map<string, Book>>();

  constructor(private readonly kv: SyncKvStorage) {
    for (const [key, page] of kv.list<Entry[]>({ prefix: PREFIX })) this.#remember(numberIn(key), page);
  }

  get isEmpty(): boolean {
    return this.#pages.size === 0;
  }

  /** What a user has in a budget. It is read only, and up to date until the next change. */
  book(user: string, budget: string): Book {
    return this.#books.get(user)?.get(budget) ?? NOTHING;
  }

  /** Appends reservations. Each page that this fills or begins is a written row. */
  append(entries: readonly Entry[], now: number): void {
    // Dispatches that come again after their reservation has expired.
    const again = entries.filter(({ user, budget, id }) => this.book(user, budget).has(id));
    this.remove(again.map(({ user, budget, id }) => ({ user, budget, ids: [id] })));
    const last = (this.#pages.get(this.#last)?.entries ?? []).filter(({ expiresAt }) => expiresAt > now);
    const isFull = last.length >= PAGE;
    const all = isFull ? entries : [...last, ...entries];
    const first = isFull ? this.#last + 1 : this.#last;
    const written = Math.ceil(all.length / PAGE);
    for (let i = 0; i < written; i++) this.#write(first + i, all.slice(i * PAGE, (i + 1) * PAGE));
    this.#drop(this.#expired(now, PRUNE_LOOK).slice(0, written + PRUNE_EXTRA));
  }

  /** Deletes the pages on which every reservation has expired. */
  prune(now: number): void {
    this.#drop(this.#expired(now, Number.POSITIVE_INFINITY));
  }

  /** Removes reservations that are there. Each page that held one is a written row. */
  remove(gone: Iterable<{ user: string; budget: string; ids: readonly string[] }>): void {
    const nameOf = ({ user, budget, id }: Pick<Entry, "user" | "budget" | "id">) =>
      JSON.stringify([user, budget, id]);
    const names = new Set<string>();
    const pages = new Set<number>();
    for (const { user, budget, ids } of gone) {
      for (const id of ids) names.add(nameOf({ user, budget, id }));
      for (const page of this.book(user, budget).pagesOf(ids)) pages.add(page);
    }
    this.#keepOf(pages, (entry) => !names.has(nameOf(entry)));
  }

  /** Removes all that a user has. */
  forget(user: string): void {
    const books = [...(this.#books.get(user)?.values() ?? [])];
    const pages = new Set(books.flatMap((book) => [...book.pagesOf()]));
    this.#keepOf(pages, (entry) => entry.user !== user);
  }

  #keepOf(pages: Iterable<number>, isKept: (entry: Entry) => boolean): void {
    for (const n of pages) this.#write(n, (this.#pages.get(n)?.entries ?? []).filter(isKept));
  }

  /** The expired among the oldest pages. */
  #expired(now: number, look: number): number[] {
    const expired: number[] = [];
    let looked = 0;
    for (const [n, { over }] of this.#pages) {
      if (looked++ >= look) break;
      if (over <= now) expired.push(n);
    }
    return expired;
  }

  #drop(pages: readonly number[]): void {
    for (const n of pages) this.#write(n, []);
  }

  #write(n: number, entries: readonly Entry[]): void {
    if (entries.length === 0) this.kv.delete(keyOf(n));
    else this.kv.put(keyOf(n), entries);
    for (const entry of this.#pages.get(n)?.entries ?? []) this.#unlist(entry);
    if (entries.length === 0) this.#pages.delete(n);
    else this.#remember(n, entries);
  }

  #remember(n: number, entries: readonly Entry[]): void {
    this.#pages.set(n, { entries, over: Math.max(...entries.map(({ expiresAt }) => expiresAt)) });
    this.#last = Math.max(this.#last, n);
    for (const entry of entries) this.#list(entry, n);
  }

  #list(entry: Entry, page: number): void {
    const books = this.#books.get(entry.user) ?? new Map<string, Book>();
    const book = books.get(entry.budget) ?? new Book();
    book.add(entry, page);
    books.set(entry.budget, book);
    this.#books.set(entry.user, books);
  }

  #unlist({ user, budget, id }: Entry): void {
    const books = this.#books.get(user);
    const book = books?.get(budget);
    book?.delete(id);
    if (book?.isEmpty === true) books?.delete(budget);
    if (books?.size === 0) this.#books.delete(user);
  }
}
