// Buttons that save a picture of the page as a PNG file, twice as large as its SVG.
const SCALE = 2;

const loaded = (button) => new Promise((done, failed) => {
  if (window.stackrankPictures?.[button.dataset.png]) return done();
  const script = document.createElement("script");
  script.addEventListener("load", done);
  script.addEventListener("error", failed);
  script.src = button.dataset.script;
  document.head.append(script);
});

const drawn = async (picture) => {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * image.naturalWidth;
  canvas.height = SCALE * image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
};

const saved = (name, blob) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.png`;
  link.click();
  URL.revokeObjectURL(link.href);
};

for (const button of document.querySelectorAll("[data-png]")) {
  button.addEventListener("click", async () => {
    const name = button.dataset.png;
    try {
      await loaded(button);
      saved(name, await drawn(window.stackrankPictures[name]));
    } catch {
      button.textContent = button.dataset.failed;
    }
  });
}
