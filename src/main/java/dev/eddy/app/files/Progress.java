package dev.eddy.app.files;

/** Told how far a long operation is; cheap to call for every single thing done. */
@FunctionalInterface
public interface Progress {
    /**
     * So far.
     *
     * @param done how many things are done
     * @param fraction how much of the whole that is, from 0 to 1; NaN where the whole is not known
     */
    void at(long done, double fraction);

    /** Tells nobody. */
    static Progress none() {
        return (done, fraction) -> {};
    }
}
