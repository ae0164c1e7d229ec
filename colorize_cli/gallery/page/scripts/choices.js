"use strict";

/** Which variant was chosen for which photo. */
class Choices {
  /**
   * @param {Memory} memory Keeps them over a reload.
   * @param {object} gallery The data of data.js.
   */
  constructor(memory, gallery) {
    this.memory = memory;
    this.gallery = gallery;
    this.kept = new Map();
    this.isRemembered = true; // false once the browser has no room for what is kept
    this.recall();
  }

  /** Take over what this page, or the same one in another tab, has kept. */
  recall() {
    const kept = this.memory.read("choices", null);
    if (kept && this.isRemembered) this.kept = new Map(Object.entries(kept));
  }

  /** Position of the photo's chosen variant; -1 if none is chosen or it is gone. */
  of(photo) {
    const kept = this.kept.get(photo.source);
    if (!kept) return -1;
    return photo.variants.findIndex((variant) => Choices.#mark(variant) === kept);
  }

  /** How many photos of this gallery have a choice. */
  get count() {
    return this.gallery.photos.filter((photo) => this.of(photo) >= 0).length;
  }

  /** Choose a variant, or take the choice back; false if it will not be remembered. */
  toggle(photo, index) {
    const wasChosen = this.of(photo) === index;
    this.recall(); // or what was chosen in another tab would be lost
    if (wasChosen) this.kept.delete(photo.source);
    else this.kept.set(photo.source, Choices.#mark(photo.variants[index]));
    this.isRemembered = this.memory.write("choices", Object.fromEntries(this.kept));
    return this.isRemembered;
  }

  /** What `colorize apply-choices` reads. */
  document() {
    const chosen = this.gallery.photos.filter((photo) => this.of(photo) >= 0);
    const choices = chosen.map((photo) => {
      const { path, hash } = photo.variants[this.of(photo)];
      return { source: photo.source, path, name: Choices.#nameOf(photo, path), hash };
    });
    return { kind: "colorize-choices", version: 1, gallery: this.gallery.id, choices };
  }

  /** Hand choices.json to the browser's downloads. */
  download() {
    const text = JSON.stringify(this.document(), null, 2);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "choices.json";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  /** A picture that was made anew under its old name is another one. */
  static #mark(variant) {
    return `${variant.hash.slice(0, 8)} ${variant.path}`;
  }

  /** The photo's name, with the picture's own suffix: it may be of an earlier format. */
  static #nameOf(photo, path) {
    const suffix = /\.[^./]*$/;
    return photo.name.replace(suffix, "") + (path.match(suffix) ?? "");
  }
}
