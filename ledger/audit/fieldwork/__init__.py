"""An auditor's own work: looks under a grant, samples, exercises and findings."""
