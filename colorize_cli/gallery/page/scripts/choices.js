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
    this.paths = new Map();
    for (const [source, path] of Object.entries(memory.read("choices", {}))) {
      this.paths.set(source, path);
    }
  }

  /** Position of the photo's chosen variant; -1 if none is chosen or it is gone. */
  of(photo) {
    const path = this.paths.get(photo.source);
    return photo.variants.findIndex((variant) => variant.path === path);
  }

  /** How many photos of this gallery have a choice. */
  get count() {
    return this.gallery.photos.filter((photo) => this.of(photo) >= 0).length;
  }

  /** Choose a variant, or take the choice back; false if it will not be remembered. */
  toggle(photo, index) {
    if (this.of(photo) === index) this.paths.delete(photo.source);
    else this.paths.set(photo.source, photo.variants[index].path);
    return this.memory.write("choices", Object.fromEntries(this.paths));
  }

  /** What `colorize apply-choices` reads. */
  document() {
    const chosen = this.gallery.photos.filter((photo) => this.of(photo) >= 0);
    const choices = chosen.map((photo) => ({
      source: photo.source,
      path: photo.variants[this.of(photo)].path,
      name: photo.name,
    }));
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
}
