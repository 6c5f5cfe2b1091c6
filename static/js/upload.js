// Says that the chosen files are too large before they are sent: the server refuses such a request as a whole.

const input = document.querySelector("input[type=file][data-most-bytes]");
const most = Number(input.dataset.mostBytes);

input.addEventListener("change", () => {
  const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
  const isTooMuch = size > most;
  input.setCustomValidity(isTooMuch ? `These are ${size.toLocaleString("en")} bytes, and ${most.toLocaleString("en")} may be sent at once. ${input.dataset.larger}` : "");
  if (isTooMuch) input.reportValidity();
});
