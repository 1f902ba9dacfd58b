package dev.eddy.app.bench;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** What Kafka's clients in this process have sent and read, as they count it themselves: on the wire, compressed. */
final class ClientMeters {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private ClientMeters() {}

    /** Bytes that all producers that are open have sent to a topic. */
    static double bytesSent(String topic) {
        return sum("kafka.producer:type=producer-topic-metrics,client-id=*,topic=" + topic, "byte-total");
    }

    /** Records that all producers that are open have sent to a topic. */
    static double recordsSent(String topic) {
        return sum("kafka.producer:type=producer-topic-metrics,client-id=*,topic=" + topic, "record-send-total");
    }

    /** Bytes that all consumers that are open have read of a topic. */
    static double bytesRead(String topic) {
        return sum(
                "kafka.consumer:type=consumer-fetch-manager-metrics,client-id=*,topic=" + topic,
                "bytes-consumed-total");
    }

    /** Bytes that have been read to restore stores. */
    static double bytesRestored() {
        return sum(
                "kafka.consumer:type=consumer-fetch-manager-metrics,client-id=*-restore-consumer",
                "bytes-consumed-total");
    }

    private static double sum(String pattern, String attribute) {
        double sum = 0;
        try {
            for (ObjectName name : SERVER.queryNames(new ObjectName(pattern), null)) {
                sum += value(name, attribute);
            }
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
        return sum;
    }

    /** A client may be closed meanwhile. */
    private static double value(ObjectName name, String attribute) {
        try {
            return SERVER.getAttribute(name, attribute) instanceof Number number ? number.doubleValue() : 0;
        } catch (JMException e) {
            return 0;
        }
    }
}
