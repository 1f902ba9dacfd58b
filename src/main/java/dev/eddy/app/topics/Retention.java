package dev.eddy.app.topics;

import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of events that are older than their topic keeps: a broker deletes by event time, such ones within minutes. */
public final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final String topic;
    private final long millis; // -1: for ever, or not known
    private boolean warned;

    private Retention(String topic, long millis) {
        this.topic = topic;
        this.millis = millis;
    }

    /** The retention of a topic; taken for endless where it may not be seen. */
    public static Retention of(EddyConfig config, String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(ClientSettings.admin(config))) {
            ConfigEntry entry = admin.describeConfigs(List.of(resource))
                    .all()
                    .get()
                    .get(resource)
                    .get(TopicConfig.RETENTION_MS_CONFIG);
            return new Retention(topic, Long.parseLong(entry.value()));
        } catch (ExecutionException | NumberFormatException e) {
            LOG.debug("retention of {} is not known", topic, e);
            return new Retention(topic, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Retention(topic, -1);
        }
    }

    /** Warns once. */
    public void check(long eventTime) {
        if (!warned && millis >= 0 && System.currentTimeMillis() - eventTime > millis) {
            warned = true;
            LOG.warn(
                    "an event is of {}, but topic {} keeps {} days of event time: the broker may delete such events, and"
                            + " their predictions, within minutes; set retention.ms=-1 on both topics to keep them",
                    Instant.ofEpochMilli(eventTime),
                    topic,
                    Duration.ofMillis(millis).toDays());
        }
    }
}
