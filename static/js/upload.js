// Says that the chosen files are too large before they are sent: the server cuts such a request off.

const input = document.querySelector("input[type=file][data-most-bytes]");
const most = Number(input.dataset.mostBytes);

input.addEventListener("change", () => {
  const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
  const isTooMuch = size > most;
  input.setCustomValidity(isTooMuch ? `These are ${size.toLocaleString("en")} bytes, and ${most.toLocaleString("en")} may be sent at once.` : "");
  if (isTooMuch) input.reportValidity();
});
