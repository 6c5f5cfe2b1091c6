// Says that the chosen files are too many or too large before they are sent: the server refuses such a request as a whole.

const input = document.querySelector("input[type=file][data-most-bytes]");
const { mostFiles, mostBytes, larger } = input.dataset;

const fault = (files) => {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (files.length > mostFiles) return `These are ${files.length} files: choose ${mostFiles} at most.`;
  if (size > mostBytes) return `These are ${size.toLocaleString("en")} bytes, and ${Number(mostBytes).toLocaleString("en")} may be sent at once. ${larger}`;
  return "";
};

input.addEventListener("change", () => {
  input.setCustomValidity(fault([...input.files]));
  input.reportValidity();
});
