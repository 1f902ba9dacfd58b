package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.app.topics.BrokerFailures;
import dev.eddy.app.topics.TopicSnapshot;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the control topic and changes it, with nobody else of the same pipeline in between: who begins later ends what was
 * begun before and not yet committed. The transactional id is {@code eddy-control-PIPELINE}.
 */
final class ControlTransaction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlTransaction.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final EddyConfig config;
    private final String topic;
    private final KafkaProducer<String, byte[]> producer;
    private Map<String, byte[]> table;
    private boolean open;

    private ControlTransaction(EddyConfig config) {
        this.config = config;
        this.topic = config.getString(EddyConfig.CONTROL_TOPIC);
        this.producer = new KafkaProducer<>(
                ClientSettings.transactions(config, transactionalId(config)),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private static String transactionalId(EddyConfig config) {
        return "eddy-control-" + config.pipeline();
    }

    /**
     * Begins one.
     *
     * @throws OperationFailedException if the broker does not let us, or the topic cannot be read to its end
     */
    static ControlTransaction begin(EddyConfig config) {
        ControlTransaction transaction = new ControlTransaction(config);
        try {
            transaction.start();
            return transaction;
        } catch (RuntimeException e) {
            transaction.close();
            throw e;
        }
    }

    private void start() {
        try (Admin admin = Admin.create(ClientSettings.admin(config));
                TopicSnapshot control = new TopicSnapshot(config, topic)) {
            producer.initTransactions();
            table = control.refreshWhole(admin);
            producer.beginTransaction();
            open = true;
        } catch (KafkaException e) {
            throw sentence(e);
        }
    }

    /** The control topic as it was when the transaction began: the newest value of every key. */
    Map<String, byte[]> table() {
        return table;
    }

    /** Writes a record; null removes its key. It counts once the transaction is committed. */
    void write(String key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(topic, key, value), (metadata, failure) -> {
                if (failure != null) {
                    LOG.debug("record {} is not written", key, failure);
                }
            });
        } catch (KafkaException e) {
            throw sentence(e);
        }
    }

    /**
     * Makes everything count that was written.
     *
     * @throws OperationFailedException if nothing counts, because somebody else began a transaction
     */
    void commit() {
        try {
            producer.commitTransaction();
            open = false;
        } catch (TimeoutException e) {
            throw new OperationFailedException(
                    "the broker does not say in time whether the change counts; look at 'eddy status'", e);
        } catch (KafkaException e) {
            throw sentence(e);
        }
    }

    private RuntimeException sentence(KafkaException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException) {
                return new OperationFailedException(
                        "somebody else changes the deployments of pipeline " + config.pipeline()
                                + " at the same moment and goes first; look at 'eddy status', and try again",
                        failure);
            }
            if (cause instanceof TransactionalIdAuthorizationException) {
                return new OperationFailedException(
                        "the broker does not allow transactions with the id " + transactionalId(config)
                                + "; allow this user to write and describe that transactional id",
                        failure);
            }
        }
        return BrokerFailures.sentence(failure, config);
    }

    /** Gives up what has not been committed. */
    @Override
    public void close() {
        try {
            if (open) {
                producer.abortTransaction();
            }
        } catch (KafkaException e) {
            LOG.debug("the transaction is not given up; the broker will end it", e);
        }
        producer.close(CLOSE_TIMEOUT);
    }
}
