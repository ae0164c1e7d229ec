"use strict";

/** Puts the parts together; everything above only knows what it is given. */
(() => {
  const gallery = window.GALLERY;
  const find = (id) => document.getElementById(id);
  const memory = new Memory(gallery.id);
  const choices = new Choices(memory, gallery);
  const search = new Search(gallery, choices);
  const inputs = ["words", "filter", "order"].map(find);

  const viewer = new Viewer(find("viewer"), choices, {
    onChoice: () => showChoices(),
    onClose: () => {
      grid.refresh();
      grid.focus(viewer.position);
    },
  });
  const grid = new Grid(find("grid"), choices, (position) => viewer.open(grid.photos, position));

  function showResults() {
    const found = search.results(...inputs.map((input) => input.value));
    grid.show(found);
    find("nothing").hidden = found.length > 0;
    find("count").textContent = `${found.length} of ${gallery.photos.length} photos`;
  }

  function showChoices() {
    find("choosing").setAttribute("aria-pressed", viewer.isChoosing);
    find("download").hidden = !viewer.isChoosing;
    find("download").disabled = choices.count === 0;
    find("download").textContent = `Download choices (${choices.count})`;
  }

  function setChoosing(isChoosing) {
    viewer.setChoosing(isChoosing);
    memory.write("choosing", isChoosing);
    showChoices();
  }

  function setTheme(theme) {
    document.documentElement.dataset.theme = theme;
    find("theme").value = theme;
    memory.write("theme", theme);
  }

  const title = `${readable(gallery.title)}: colorized photos`;
  document.title = title;
  find("title").textContent = title;
  const uncertain = document.querySelector("option[value=uncertain]");
  if (gallery.uncertainFrom === null) uncertain.disabled = true;
  else uncertain.textContent += ` (spread from ${gallery.uncertainFrom.toFixed(1)})`;

  const toggleChoosing = () => setChoosing(!viewer.isChoosing);
  for (const input of inputs) input.addEventListener("input", showResults);
  find("search").addEventListener("submit", (event) => {
    event.preventDefault();
    grid.focus(0);
  });
  find("choosing").addEventListener("click", toggleChoosing);
  find("download").addEventListener("click", () => choices.download());
  find("theme").addEventListener("change", (event) => setTheme(event.target.value));
  find("ask").addEventListener("click", () => find("help").showModal());
  addEventListener("storage", () => {
    choices.recall(); // another tab has chosen
    grid.refresh();
    showChoices();
  });
  new Keys({ grid, viewer, help: find("help"), toggleChoosing });

  setTheme(memory.read("theme", "auto"));
  setChoosing(memory.read("choosing", false));
  showResults();
})();
