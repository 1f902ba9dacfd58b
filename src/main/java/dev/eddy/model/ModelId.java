package dev.eddy.model;

/** Name, version and content of a model. */
public record ModelId(String name, String version, Fingerprint fingerprint) {
    /** {@code name@version}. */
    public String label() {
        return name + "@" + version;
    }

    @Override
    public String toString() {
        return label() + " (" + fingerprint.brief() + ")";
    }
}
