"use strict";

/** Decides which photos are shown, and in which order. */
class Search {
  /**
   * @param {object} gallery The data of data.js.
   * @param {Choices} choices
   */
  constructor(gallery, choices) {
    this.gallery = gallery;
    this.choices = choices;
    this.texts = new Map(
      gallery.photos.map((photo) => [photo, Search.#folded(`${photo.source} ${photo.reason}`)]),
    );
  }

  /** The photos that have all words and pass the filter. */
  results(words, filter, order) {
    const wanted = Search.#folded(words).split(/\s+/).filter(Boolean);
    const found = this.gallery.photos.filter(
      (photo) =>
        this.#passes(photo, filter) &&
        wanted.every((word) => this.texts.get(photo).includes(word)),
    );
    if (order === "spread") found.sort((a, b) => (b.diversity ?? -1) - (a.diversity ?? -1));
    return found;
  }

  /** Whether the model was less sure of this photo than of most others. */
  isUncertain(photo) {
    const limit = this.gallery.uncertainFrom;
    return limit !== null && photo.diversity !== null && photo.diversity >= limit;
  }

  #passes(photo, filter) {
    switch (filter) {
      case "all":
        return true;
      case "uncertain":
        return this.isUncertain(photo);
      case "chosen":
        return this.choices.of(photo) >= 0;
      case "open":
        return photo.variants.length > 0 && this.choices.of(photo) < 0;
      default:
        return photo.status === filter;
    }
  }

  /** Small letters without accents: "Zurich" finds "Zürich". */
  static #folded(text) {
    return text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
  }
}
