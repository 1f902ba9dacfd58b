package dev.eddy.app.bench;

import dev.eddy.app.files.Progress;

/** Told what a benchmark is doing. */
public interface BenchWatcher {
    /**
     * A part begins; the one before is over.
     *
     * @param what one line for people
     * @return told how many events of the part are done
     */
    Progress begin(String what);

    /** Tells nobody. */
    static BenchWatcher none() {
        return what -> Progress.none();
    }
}
