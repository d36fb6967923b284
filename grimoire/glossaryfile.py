"""`glossary.yaml`: the shipped one and the project's, read into one Glossary."""
