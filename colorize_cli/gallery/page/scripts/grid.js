"use strict";

/**
 * The overview of thousands of photos.
 *
 * Only the cards near the window are in the document. All have one size, so their places
 * follow from their numbers, and scrolling costs the same for ten photos as for fifty
 * thousand.
 */
class Grid {
  static #NARROWEST_REM = 13;
  static #HEIGHT_REM = 15;
  static #GAP_REM = 1;

  /**
   * @param {HTMLElement} list
   * @param {Choices} choices
   * @param {(index: number) => void} onOpen
   */
  constructor(list, choices, onOpen) {
    this.list = list;
    this.choices = choices;
    this.onOpen = onOpen;
    this.photos = [];
    this.items = new Map(); // position -> <li>
    this.active = 0; // what Tab leads to
    this.isDue = false;
    addEventListener("scroll", () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.#measure()).observe(list);
    list.addEventListener("focusin", (event) => {
      const item = event.target.closest("li");
      if (item) this.#activate(Number(item.dataset.position));
    });
  }

  /** Show these photos, from the top. */
  show(photos) {
    this.photos = photos;
    this.active = 0;
    this.#clear();
    this.#measure();
    scrollTo({ top: 0 });
  }

  /** Make the cards anew, because choices changed. */
  refresh() {
    const hadFocus = this.list.contains(document.activeElement);
    this.#clear();
    this.#draw();
    if (hadFocus) this.focus(this.active);
  }

  /** Bring a card into view and give it the focus. */
  focus(position) {
    if (!this.photos.length) return;
    this.#activate(Math.min(Math.max(position, 0), this.photos.length - 1));
    const top = this.list.getBoundingClientRect().top + this.#top(this.active);
    const covered = document.querySelector("body > .bar").offsetHeight;
    if (top < covered) scrollBy({ top: top - covered - this.gap });
    else if (top + this.height > innerHeight) {
      scrollBy({ top: top + this.height + this.gap - innerHeight });
    }
    this.#draw();
    this.items.get(this.active).firstChild.focus({ preventScroll: true });
  }

  /** Move the focus by so many cards. */
  step(count) {
    this.focus(this.active + count);
  }

  #measure() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const width = this.list.clientWidth;
    this.gap = Grid.#GAP_REM * rem;
    this.height = Grid.#HEIGHT_REM * rem;
    const fitting = Math.floor((width + this.gap) / (Grid.#NARROWEST_REM * rem + this.gap));
    this.columns = Math.max(1, fitting);
    this.width = (width - (this.columns - 1) * this.gap) / this.columns;
    const rows = Math.ceil(this.photos.length / this.columns);
    this.list.style.height = `${Math.max(0, rows * (this.height + this.gap) - this.gap)}px`;
    for (const [position, item] of this.items) this.#put(item, position);
    this.#draw();
  }

  #soon() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.#draw();
    });
  }

  /** Add the cards near the window, remove the others; the active one stays. */
  #draw() {
    const above = -this.list.getBoundingClientRect().top;
    const pitch = this.height + this.gap;
    const first = Math.floor((above - innerHeight / 2) / pitch) * this.columns;
    const last = Math.ceil((above + innerHeight * 1.5) / pitch) * this.columns;
    const isNear = (position) =>
      (position >= first && position < last) || position === this.active;
    for (const [position, item] of this.items) {
      if (isNear(position)) continue;
      item.remove();
      this.items.delete(position);
    }
    const end = Math.min(last, this.photos.length);
    for (let position = Math.max(0, first); position < end; position++) this.#add(position);
    if (this.active < this.photos.length) this.#add(this.active);
  }

  #add(position) {
    if (this.items.has(position)) return;
    const photo = this.photos[position];
    const item = element("li");
    item.dataset.position = position;
    item.setAttribute("aria-setsize", this.photos.length);
    item.setAttribute("aria-posinset", position + 1);
    const card = makeCard(photo, this.choices.of(photo));
    card.tabIndex = position === this.active ? 0 : -1;
    card.addEventListener("click", () => this.onOpen(position));
    item.append(card);
    this.#put(item, position);
    // Readers meet the cards in the order of the photos.
    const later = [...this.list.children].find((each) => Number(each.dataset.position) > position);
    this.list.insertBefore(item, later ?? null);
    this.items.set(position, item);
  }

  #put(item, position) {
    const left = (position % this.columns) * (this.width + this.gap);
    item.style.width = `${this.width}px`;
    item.style.height = `${this.height}px`;
    item.style.transform = `translate(${left}px, ${this.#top(position)}px)`;
  }

  #top(position) {
    return Math.floor(position / this.columns) * (this.height + this.gap);
  }

  #activate(position) {
    const before = this.items.get(this.active);
    if (before) before.firstChild.tabIndex = -1;
    this.active = position;
    const now = this.items.get(position);
    if (now) now.firstChild.tabIndex = 0;
  }

  #clear() {
    this.list.replaceChildren();
    this.items.clear();
  }
}
