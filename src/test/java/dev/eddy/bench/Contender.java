package dev.eddy.bench;

import dev.eddy.config.EddyConfig;
import java.io.IOException;
import java.util.Map;

/** Something that processes the events; started afresh for every run. */
interface Contender {
    String name();

    /** Settings of this contender, over those that all share. */
    Map<String, String> settings();

    /** What has to be done once before the first instance starts. */
    default void prepare(EddyConfig config) throws InterruptedException, IOException {}

    /** Starts an instance on topics that exist. */
    Running start(EddyConfig config) throws InterruptedException, IOException;

    /** A started contender. */
    interface Running extends AutoCloseable {
        boolean isAlive();

        @Override
        void close();
    }
}
