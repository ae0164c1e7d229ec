"use strict";

/** What the browser keeps between visits, for one gallery. */
class Memory {
  /** @param {string} id Tells galleries apart; pages from file:// share one store. */
  constructor(id) {
    this.prefix = `colorize-gallery:${id}:`;
  }

  /** The value kept under a name, else `otherwise`. */
  read(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(this.prefix + name)) ?? otherwise;
    } catch {
      return otherwise; // storage is blocked, or holds what somebody else wrote
    }
  }

  /** Keep a value; false if the browser does not let us. */
  write(name, value) {
    try {
      localStorage.setItem(this.prefix + name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }
}
