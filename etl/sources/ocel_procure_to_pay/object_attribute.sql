-- One row per object, attribute and moment. Where the log says that a field changed and not into what, the
-- value is empty: the change is history, and the last value known stays the last one that was said.
WITH history AS (
    SELECT ocel_id, ocel_time, 'InvoiceReceiptMSEGWEAHR' AS attribute, invoice_receipt_flag AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__goodsreceipt
    WHERE invoice_receipt_flag IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'MovementTypeMSEGBWART' AS attribute, movement_type AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__goodsreceipt
    WHERE movement_type IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'PostingDateMKPFBLDAT' AS attribute, CAST(posting_date AS VARCHAR) AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__goodsreceipt
    WHERE posting_date IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, ocel_changed_field AS attribute, new_value AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__goodsreceipt
    WHERE ocel_changed_field IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'CreditAmountBSEGWRBTR' AS attribute, CAST(credit_amount AS VARCHAR) AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__invoicereceipt
    WHERE credit_amount IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'DebitAmountBSEGDMBTR' AS attribute, CAST(debit_amount AS VARCHAR) AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__invoicereceipt
    WHERE debit_amount IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'PaymentBlockRSEGZLSPR' AS attribute, payment_block AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__invoicereceipt
    WHERE payment_block IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, ocel_changed_field AS attribute, new_value AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__invoicereceipt
    WHERE ocel_changed_field IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'NetPriceEKPONETPR' AS attribute, CAST(net_price AS VARCHAR) AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__material
    WHERE net_price IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'QuantityEKPOMENGE' AS attribute, CAST(quantity AS VARCHAR) AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__material
    WHERE quantity IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'DeliveryDateEKPOBEDAT' AS attribute, CAST(delivery_date AS VARCHAR) AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__material
    WHERE delivery_date IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'PlantEKPOWERKS' AS attribute, plant AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__material
    WHERE plant IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'MaterialEKPOMATNR' AS attribute, material AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__material
    WHERE material IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'StorageLocationEKPOLGORT' AS attribute, storage_location AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__material
    WHERE storage_location IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'PaymentMethodZLSCH' AS attribute, payment_method AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__payment
    WHERE payment_method IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'AmountDMBTR' AS attribute, CAST(amount AS VARCHAR) AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__payment
    WHERE amount IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, ocel_changed_field AS attribute, new_value AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__payment
    WHERE ocel_changed_field IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'PurchasingGroupEKKOEKGRP' AS attribute, purchasing_group AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_order
    WHERE purchasing_group IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'PurchasingOrganizationEKKOEKORG' AS attribute, purchasing_organization AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_order
    WHERE purchasing_organization IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'DocumentTypeEKKOBSART' AS attribute, document_type AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_order
    WHERE document_type IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'ReleaseStatusEKKOFRGZU' AS attribute, release_status AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_order
    WHERE release_status IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'VendorEKKOLIFNR' AS attribute, vendor AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_order
    WHERE vendor IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, ocel_changed_field AS attribute, new_value AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_order
    WHERE ocel_changed_field IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'PurchasingGroupEBANEKGRP' AS attribute, purchasing_group AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_requisition
    WHERE purchasing_group IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'ReleaseIndicatorEBANFRGZU' AS attribute, release_indicator AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_requisition
    WHERE release_indicator IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, ocel_changed_field AS attribute, new_value AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_requisition
    WHERE ocel_changed_field IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'PurchasingGroupEBANEKGRP' AS attribute, purchasing_group AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__quotation
    WHERE purchasing_group IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'RFQTypeEBANBSART' AS attribute, rfq_type AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__quotation
    WHERE rfq_type IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'PurchasingOrganizationEBANEKORG' AS attribute, purchasing_organization AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__quotation
    WHERE purchasing_organization IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, 'VendorEBANLIFNR' AS attribute, vendor AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__quotation
    WHERE vendor IS NOT NULL
    UNION ALL
    SELECT ocel_id, ocel_time, ocel_changed_field AS attribute, new_value AS value, file_no, file_line
    FROM raw_ocel_procure_to_pay__quotation
    WHERE ocel_changed_field IS NOT NULL
)

SELECT
    ocel_id AS object_id,
    attribute,
    ocel_time AS valid_from,
    row_number() OVER (PARTITION BY ocel_id, attribute ORDER BY ocel_time, file_no, file_line) AS sequence_no,
    value,
    file_no,
    file_line
FROM history
