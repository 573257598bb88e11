"""The numbers of docs/performance.md, measured on the machine at hand."""
