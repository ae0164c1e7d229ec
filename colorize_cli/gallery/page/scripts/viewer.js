"use strict";

/** One photo: slider, variants, spread map, facts. */
class Viewer {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {Choices} choices
   * @param {{onChoice: () => void, onClose: () => void}} events
   */
  constructor(dialog, choices, events) {
    this.dialog = dialog;
    this.choices = choices;
    this.events = events;
    this.isChoosing = false;
    const find = (id) => dialog.querySelector(`#${id}`);
    [this.stage, this.note, this.spread, this.choose] =
      ["stage", "note", "spread", "choose"].map(find);
    this.variants = new Variants(find("variants"), (index) => this.pick(index));
    find("previous").addEventListener("click", () => this.step(-1));
    find("next").addEventListener("click", () => this.step(1));
    find("close").addEventListener("click", () => dialog.close());
    this.spread.addEventListener("click", () => this.toggleSpread());
    this.choose.addEventListener("click", () => this.toggleChoice());
    dialog.addEventListener("close", () => events.onClose());
  }

  get isOpen() {
    return this.dialog.open;
  }

  get photo() {
    return this.photos[this.position];
  }

  /** Show the photo at a position of a list. */
  open(photos, position) {
    this.photos = photos;
    this.#load(position);
    if (!this.isOpen) this.dialog.showModal();
  }

  /** Go some photos on. */
  step(count) {
    const position = this.position + count;
    if (position >= 0 && position < this.photos.length) this.#load(position);
  }

  /** Show a variant. */
  pick(index) {
    if (index < 0 || index >= this.photo.variants.length) return;
    this.index = index;
    this.isSpread = false;
    this.variants.check(index);
    this.#draw();
  }

  /** Show the spread map, or the picture again. */
  toggleSpread() {
    if (!this.photo.spread) return;
    this.isSpread = !this.isSpread;
    this.#draw();
  }

  /** Choose the variant that is shown, or take that back. */
  toggleChoice() {
    if (!this.photo.variants.length) return;
    const isKept = this.choices.toggle(this.photo, this.index);
    this.variants.mark(this.choices.of(this.photo));
    this.#draw();
    if (!isKept) {
      this.note.textContent =
        "This browser keeps nothing for this page: download your choices before you close it.";
    }
    this.events.onChoice();
  }

  /** Offer the choose button or not. */
  setChoosing(isChoosing) {
    this.isChoosing = isChoosing;
    if (this.isOpen) this.#draw();
  }

  #load(position) {
    this.position = position;
    this.isSpread = false;
    this.slider = null;
    const chosen = this.choices.of(this.photo);
    this.index = Math.max(chosen, 0);
    this.dialog.querySelector("#name").textContent = readable(this.photo.source);
    const place = `${position + 1} of ${this.photos.length}`;
    this.dialog.querySelector("#place").textContent = place;
    this.dialog.querySelector("#previous").disabled = position === 0;
    this.dialog.querySelector("#next").disabled = position === this.photos.length - 1;
    this.variants.show(this.photo, this.index, chosen);
    this.#draw();
    this.#fetchNeighbours();
  }

  #draw() {
    const photo = this.photo;
    const variant = photo.variants[this.index];
    this.spread.disabled = !photo.spread;
    this.spread.setAttribute("aria-pressed", this.isSpread);
    const isChosen = this.choices.of(photo) === this.index;
    this.choose.hidden = !this.isChoosing || !variant;
    this.choose.setAttribute("aria-pressed", isChosen);
    this.choose.textContent = isChosen ? "Chosen" : "Choose this variant";
    this.note.textContent = this.isSpread ? "" : photo.note;
    if (this.isSpread) this.#showPlain(photo.spread.preview, "Spread map");
    else if (variant?.preview && photo.before?.preview) this.#compare(photo, variant);
    else this.#showPlain(variant?.preview ?? photo.before?.preview, readable(photo.source));
    showFacts(this.dialog.querySelector("#facts"), photo, variant);
  }

  /** The slider keeps its position while variants are flipped through. */
  #compare(photo, variant) {
    if (!this.slider) {
      this.slider = element("image-compare");
      this.slider.setAttribute("label-text", "Slider: how much of the original is shown, in percent");
      for (const slot of ["image-1", "image-2"]) {
        const image = element("img");
        image.slot = slot;
        image.addEventListener("load", () => this.#fit(this.slider, image));
        this.slider.append(image);
      }
    }
    const [before, after] = this.slider.querySelectorAll("img");
    this.#set(before, photo.before.preview, "Original");
    this.#set(after, variant.preview, `Variant ${this.index + 1}`);
    if (this.stage.firstChild !== this.slider) this.stage.replaceChildren(this.slider);
  }

  #showPlain(address, text) {
    if (!address) {
      const reason = readable(this.photo.reason) || "There is no picture to show.";
      this.stage.replaceChildren(element("p", "blank", reason));
      return;
    }
    const image = element("img", "plain");
    image.addEventListener("load", () => this.#fit(image, image));
    this.#set(image, address, text);
    this.stage.replaceChildren(image);
    // The component must not be moved: it would add its insides once more.
    this.slider = null;
  }

  #set(image, address, text) {
    image.alt = text;
    if (image.getAttribute("src") !== address) image.src = address;
  }

  /** Let the picture fill the stage without being cut or scrolled. */
  #fit(box, image) {
    box?.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
  }

  #fetchNeighbours() {
    for (const photo of [this.photos[this.position + 1], this.photos[this.position - 1]]) {
      for (const picture of [photo?.before, photo?.variants[0]]) {
        if (picture?.preview) new Image().src = picture.preview;
      }
    }
  }
}
