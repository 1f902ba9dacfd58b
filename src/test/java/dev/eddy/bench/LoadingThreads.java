package dev.eddy.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** On which threads a flight recording saw models being assembled, checked and compiled. */
final class LoadingThreads {
    private LoadingThreads() {}

    /** Samples of each thread that has the catalogue's loading on its stack. */
    static Map<String, Integer> of(Path recording) throws IOException {
        Map<String, Integer> samples = new TreeMap<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
            if (event.getEventType().getName().equals("jdk.ExecutionSample")
                    && event.getStackTrace() != null
                    && event.getStackTrace().getFrames().stream().anyMatch(LoadingThreads::loads)) {
                samples.merge(event.getThread("sampledThread").getJavaName(), 1, Integer::sum);
            }
        }
        return samples;
    }

    private static boolean loads(RecordedFrame frame) {
        String type = frame.getMethod().getType().getName();
        String method = frame.getMethod().getName();
        return (type.equals("dev.eddy.catalogue.Catalogue") || type.equals("dev.eddy.network.LiveModel"))
                && method.equals("compile");
    }
}
