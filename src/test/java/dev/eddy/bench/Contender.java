package dev.eddy.bench;

import dev.eddy.config.EddyConfig;
import java.io.IOException;

/** Something that processes the events; started afresh for every run. */
interface Contender {
    String name();

    /** Starts it on topics that exist and an application id that nobody had before. */
    Running start(EddyConfig config) throws InterruptedException, IOException;

    /** A started contender. */
    interface Running extends AutoCloseable {
        boolean isAlive();

        @Override
        void close();
    }
}
